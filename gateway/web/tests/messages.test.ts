// The four catalogues say the same things: same keys, same placeholders, nothing left empty or in English.
import { describe, expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { fi } from '../src/i18n/fi';
import { fill, type Message, type Messages } from '../src/i18n/messages';
import { nl } from '../src/i18n/nl';
import { sv } from '../src/i18n/sv';

const others: Record<string, Messages> = { fi, sv, nl };
const modules: Record<string, Record<string, Messages>> = import.meta.glob('../src/i18n/*/*.ts', {
  eager: true,
});
/** The keys of each file of a catalogue, by its name. */
const partsOf = (language: string) =>
  Object.fromEntries(
    Object.entries(modules).flatMap(([path, module]) => {
      const [, folder, name = ''] = /i18n\/(\w+)\/(\w+)\.ts$/.exec(path) ?? [];
      return folder === language && name !== 'index'
        ? [[name, Object.keys(module[name] ?? {}).toSorted()]]
        : [];
    }),
  );
const forms = (message: Message) => (typeof message === 'string' ? [message] : [message.one, message.other]);
const words = (message: Message) =>
  forms(message)
    .join(' ')
    .replace(/\{\w+\}/g, '')
    .trim();
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).toSorted();

describe.each(Object.entries(others))('%s', (language, messages) => {
  test('has the keys of the English catalogue, no more and no fewer', () => {
    expect(Object.keys(messages).toSorted()).toEqual(Object.keys(en).toSorted());
  });

  test('has each key in the part in which English has it, and in no other', () => {
    const own = partsOf(language);
    const english = partsOf('en');
    expect(Object.keys(own)).toEqual(Object.keys(english));
    for (const [name, keys] of Object.entries(english)) expect(own[name], name).toEqual(keys);
    const all = Object.values(own).flat();
    expect(all.length).toBe(new Set(all).size);
    expect(all.toSorted()).toEqual(Object.keys(messages).toSorted());
  });

  test.each(Object.entries(en) as [keyof typeof en, Message][])(
    '%s has the same placeholders',
    (key, english) => {
      expect(forms(messages[key]).length).toBe(forms(english).length);
      for (const [index, text] of forms(messages[key]).entries()) {
        expect(text.trim()).not.toBe('');
        expect(placeholders(text)).toEqual(placeholders(forms(english)[index] ?? ''));
      }
    },
  );

  test('is a translation: hardly a long text is the English one', () => {
    const long = Object.entries(en).filter(([, message]) => words(message).length > 14);
    const same = long.filter(
      ([key, message]) => forms(messages[key as keyof typeof en])[0] === forms(message)[0],
    );
    expect(same.map(([key]) => key).filter(key => !key.startsWith('encoding.'))).toEqual([]);
  });
});

describe('fill', () => {
  test.each([
    ['fi-FI', 1, '1 jäsen'],
    ['fi-FI', 0, '0 jäsentä'],
    ['fi-FI', 12345, '12\u00a0345 jäsentä'],
    ['sv-FI', 1, '1 jäsen'],
  ])('%s %d', (locale, count, expected) => {
    expect(fill(fi['organ.memberCount'], locale, { count })).toBe(expected);
  });

  test('leaves a placeholder without a value visible', () => {
    expect(fill('{name} is here', 'en-GB')).toBe('{name} is here');
  });

  test('does not fill what a value contains', () => {
    expect(fill('{a} {b}', 'en-GB', { a: '{b}', b: 'x' })).toBe('{b} x');
  });
});
