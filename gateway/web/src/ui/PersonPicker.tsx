// Chooses one person by a part of the name, the number or the e-mail.
import { useState } from 'react';
import type { Person } from '../api/types';
import { useTexts } from '../i18n';
import { Combobox } from './Combobox';
import { PersonOption, usePersonSearch } from './PersonSearch';

interface Props {
  label: string;
  name: string;
  /** The name of the person chosen before, if any. */
  initialText?: string;
  error?: string | undefined;
  required?: boolean;
  onChange: (person: Person | null) => void;
}

export function PersonPicker({ initialText = '', onChange, ...props }: Props) {
  const { t } = useTexts();
  const [text, setText] = useState(initialText);
  const { ready, items, message } = usePersonSearch(text);
  return (
    <div className="field field-full">
      <Combobox
        {...props}
        placeholder={t('search.placeholder')}
        text={text}
        onText={next => {
          setText(next);
          onChange(null);
        }}
        ready={ready}
        items={items}
        message={message}
        idOf={person => person.personId}
        render={person => <PersonOption person={person} />}
        onChoose={person => {
          setText(`${person.familyName}, ${person.givenName}`);
          onChange(person);
        }}
      />
    </div>
  );
}
