// Several values, each a word or a name: written or chosen from a list, shown one by one, each can be taken away.
import { useState } from 'react';
import { useTexts } from '../i18n';
import { Button } from './Button';
import { Combobox } from './Combobox';
import { NoIcon } from './icons';

const MOST_SHOWN = 30;
const NONE: string[] = [];

interface Props {
  label: string;
  name: string;
  values: string[];
  onChange: (values: string[]) => void;
  /** What may be chosen; what is written otherwise is taken as it is. */
  suggestions?: string[];
  error?: string | undefined;
  hint?: string;
}

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Names that begin with the text first, then those that have it inside. */
function matching(suggestions: string[], text: string, taken: string[]) {
  const wanted = fold(text.trim());
  const free = suggestions.filter(name => !taken.includes(name));
  const begins = free.filter(name => fold(name).startsWith(wanted));
  const inside = free.filter(name => !fold(name).startsWith(wanted) && fold(name).includes(wanted));
  return [...begins, ...inside].slice(0, MOST_SHOWN);
}

export function Chips({ label, name, values, onChange, suggestions = NONE, error, hint }: Props) {
  const { t } = useTexts();
  const [text, setText] = useState('');
  const add = (written: string) => {
    const next = written
      .split(',')
      .map(value => value.trim())
      .filter(Boolean)
      // As the list writes it, when only capitals or accents differ.
      .map(value => suggestions.find(known => fold(known) === fold(value)) ?? value);
    setText('');
    if (next.length > 0) onChange([...new Set([...values, ...next])]);
  };
  const found = text.trim() === '' ? [] : matching(suggestions, text, values);
  return (
    <div className="chips">
      <Combobox
        label={label}
        labelHidden
        placeholder={label}
        name={name}
        text={text}
        onText={next => (next.includes(',') ? add(next) : setText(next))}
        ready={text.trim() !== '' && suggestions.length > 0}
        items={found}
        idOf={value => value}
        render={value => <span>{value}</span>}
        onChoose={add}
        onEnter={() => add(text)}
        onLeave={() => add(text)}
        message={t('search.found', { count: found.length })}
        error={error}
        {...(hint && { hint })}
      />
      {values.length > 0 && (
        <ul aria-label={label}>
          {values.map(value => (
            <li key={value} className="chip">
              <span>{value}</span>
              <Button
                look="quiet"
                aria-label={t('chips.remove', { value })}
                onPress={() => onChange(values.filter(other => other !== value))}
              >
                <NoIcon />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
