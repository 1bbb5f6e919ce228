// Search for a person from everywhere. "/" puts the cursor here; Enter without a choice shows all that were found.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { personSearchQuery } from '../api/queries';
import type { Person } from '../api/types';
import { useTexts } from '../i18n';
import { useDebounced } from '../lib/useDebounced';
import { Combobox } from './Combobox';
import { SearchIcon } from './icons';

export const LEAST_LETTERS = 3;

/** "/" anywhere but in a field or a dialog. */
function useSlash(input: RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const taken = (event.target as HTMLElement).closest(
        'input, textarea, select, [role="spinbutton"], [role="dialog"]',
      );
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || taken) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

/** Who it is, for choosing between people of one name. */
export function PersonOption({ person }: { person: Person }) {
  const place = [person.birthDate.slice(0, 4), person.address?.town].filter(Boolean).join(' · ');
  return (
    <>
      <span>
        {person.familyName}, {person.givenName}
      </span>
      <span className="muted small">{place}</span>
      <span className="numbers small muted">{person.memberNumber}</span>
    </>
  );
}

/** What was found for a text, and what to say of it. */
export function usePersonSearch(text: string) {
  const { t } = useTexts();
  const asked = useDebounced(text.trim());
  const { data, isFetching, isError } = useQuery(personSearchQuery(asked));
  const ready = text.trim().length >= LEAST_LETTERS;
  const items = ready ? (data?.persons ?? []) : [];
  const waiting = (isFetching || asked !== text.trim()) && items.length === 0;
  const more = data?.incomplete ? t('search.incomplete') : data?.more ? t('search.more') : '';
  const found = `${t('search.found', { count: items.length })}${more && items.length ? ` · ${more}` : ''}`;
  return {
    ready,
    items,
    message: isError ? t('problem.unavailable') : waiting ? t('common.loading') : found,
  };
}

export function PersonSearch() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const { ready, items, message } = usePersonSearch(text);
  useSlash(input);
  return (
    <search className="search">
      <SearchIcon />
      <Combobox
        inputRef={input}
        label={t('search.label')}
        labelHidden
        placeholder={t('search.placeholder')}
        text={text}
        onText={setText}
        ready={ready}
        items={items}
        message={message}
        idOf={person => person.personId}
        render={person => <PersonOption person={person} />}
        onChoose={person => {
          setText('');
          void navigate({ to: '/persons/$personId', params: { personId: person.personId } });
        }}
        onEnter={() => void navigate({ to: '/persons', search: { q: text.trim() } })}
      />
      <kbd aria-hidden="true">/</kbd>
    </search>
  );
}
