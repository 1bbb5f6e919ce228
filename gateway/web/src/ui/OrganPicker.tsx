// Chooses one organ out of thousands by a part of its name.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { organSearchQuery } from '../api/queries';
import type { Organ } from '../api/types';
import { useTexts } from '../i18n';
import { useDebounced } from '../lib/useDebounced';
import { Combobox } from './Combobox';

const LEAST_LETTERS = 2;

interface Props {
  label: string;
  name: string;
  /** The name of the organ chosen before, if any. */
  initialText?: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
  /** Only organs of this organisation; empty for all. */
  organisationId?: string;
  /** As they are on this day; today when empty. */
  on?: string;
  /** Organs that are not on record yet and may be chosen as well. */
  more?: Organ[];
  onChange: (organ: Organ | null) => void;
}

const has = (organ: Organ, text: string) =>
  `${organ.name} ${organ.code}`.toLowerCase().includes(text.trim().toLowerCase());

export function OrganPicker(all: Props) {
  const { initialText = '', organisationId = '', on = '', more = [], onChange, ...props } = all;
  const { t } = useTexts();
  const [text, setText] = useState(initialText);
  const asked = useDebounced(text.trim());
  const { data, isFetching } = useQuery(organSearchQuery(asked, organisationId, on));
  const ready = text.trim().length >= LEAST_LETTERS;
  const items = ready ? [...more.filter(organ => has(organ, text)), ...(data?.organs ?? [])] : [];
  return (
    <div className="field field-full">
      <Combobox
        {...props}
        placeholder={t('organ.search.placeholder')}
        text={text}
        onText={next => {
          setText(next);
          onChange(null);
        }}
        ready={ready}
        items={items}
        message={
          isFetching && items.length === 0 ? t('common.loading') : t('search.found', { count: items.length })
        }
        idOf={organ => organ.organId}
        render={organ => (
          <>
            <span>{organ.name}</span>
            <span className="muted small">{organ.parentName}</span>
          </>
        )}
        onChoose={organ => {
          setText(organ.name);
          onChange(organ);
        }}
      />
    </div>
  );
}
