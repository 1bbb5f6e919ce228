// Changes in the reader's words, with the names of the organs, people and types that they are about looked up.
import { useQueries, useQuery } from '@tanstack/react-query';
import { organQuery, personQuery, typesQuery } from '../../api/queries';
import type { OrganChange } from '../../api/types';
import { useTexts } from '../../i18n';
import type { WordContext } from '../../lib/changeWords';
import { createdBy, organsOf, type KnownOrgan } from '../../lib/draft';

const MOST_ASKED = 60;

export function useWords(
  organisationId: string,
  changes: OrganChange[],
  known: Record<string, KnownOrgan> = {},
): WordContext {
  const { t, locale } = useTexts();
  const { data: types = [] } = useQuery(typesQuery(organisationId));
  const made: Record<string, KnownOrgan> = Object.assign({}, known, ...changes.map(createdBy));
  const ids = [...new Set(changes.flatMap(organsOf))].filter(id => !made[id] && !id.startsWith('code:'));
  const organs = useQueries({ queries: ids.slice(0, MOST_ASKED).map(id => organQuery(id)) });
  for (const { data } of organs) if (data) made[data.organId] = data;
  const persons = [...new Set(changes.map(({ personId }) => personId))].filter(Boolean);
  const asked = useQueries({ queries: persons.slice(0, MOST_ASKED).map(id => personQuery(id)) });
  const people: Record<string, string> = Object.fromEntries(
    Object.entries(made)
      .filter(([id]) => id.startsWith('person:') || id.startsWith('exception:'))
      .map(([id, { name }]) => [id.slice(id.indexOf(':') + 1), name]),
  );
  for (const { data } of asked) if (data) people[data.personId] = `${data.givenName} ${data.familyName}`;
  return { say: t, locale, known: made, types, people };
}
