// A catalogue is a flat table: a text with {placeholders}, or one text per plural form of {count}.
// No parser is needed at run time and TypeScript proves every language complete.
import type { en } from './en';

export interface Plural {
  one: string;
  other: string;
}
export type Message = string | Plural;
export type MessageKey = keyof typeof en;
export type Messages = Record<MessageKey, Message>;
/** A part of a catalogue in another language: exactly the keys of the English part. */
export type Translation<English> = Record<keyof English, Message>;
export type Values = Record<string, string | number>;

export const LANGUAGES = {
  fi: { name: 'Suomi', locale: 'fi-FI' },
  sv: { name: 'Svenska', locale: 'sv-FI' },
  en: { name: 'English', locale: 'en-GB' },
  nl: { name: 'Nederlands', locale: 'nl-NL' },
} as const;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (value: unknown): value is Language =>
  typeof value === 'string' && Object.hasOwn(LANGUAGES, value);

/** Fills a text. Numbers are written as the language does; `count` chooses the plural form. */
export function fill(message: Message, locale: string, values: Values = {}) {
  const count = values['count'];
  const form = typeof count === 'number' ? new Intl.PluralRules(locale).select(count) : 'other';
  const text = typeof message === 'string' ? message : form === 'one' ? message.one : message.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}
