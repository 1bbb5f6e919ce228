// Reads of area changes: what moves, and what is known of rules that name the old places.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { oldNamesOf, rulesNaming, type OldName } from '../lib/areas';
import { ask, client } from './client';
import {
  given,
  LARGEST_PAGE,
  listRules,
  nextToken,
  organisationsQuery,
  typesQuery,
  type Page,
} from './queries';
import type { AreaChange, AreaPlace, Organ } from './types';

export const areaChangesQuery = () =>
  infiniteQueryOptions({
    queryKey: ['area-changes', 'list'],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: given({ pageToken: pageParam }) };
      const reply = await ask(client.GET('/v1/area-changes', { params, signal }));
      return reply as Page & { areaChanges: AreaChange[] };
    },
    getNextPageParam: nextToken,
  });

export const areaChangeQuery = (areaChangeId: string) =>
  queryOptions({
    queryKey: ['area-changes', 'one', areaChangeId],
    queryFn: async ({ signal }) => {
      const params = { path: { area_change_id: areaChangeId } };
      return (await ask(client.GET('/v1/area-changes/{area_change_id}', { params, signal }))) as AreaChange;
    },
  });

async function listPlaces(areaChangeId: string, pageSize: number, pageToken: string, signal: AbortSignal) {
  const params = { path: { area_change_id: areaChangeId }, query: given({ pageSize, pageToken }) };
  const reply = await ask(client.GET('/v1/area-changes/{area_change_id}/places', { params, signal }));
  return reply as Page & { places: AreaPlace[] };
}

export const areaPlacesQuery = (areaChangeId: string, pageToken: string) =>
  queryOptions({
    queryKey: ['area-changes', 'places', areaChangeId, pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => listPlaces(areaChangeId, 50, pageToken, signal),
  });

const MOST_PLACES = 10_000;
const MOST_NAMES = 30;
const MOST_ORGANS = 100;

export interface Naming {
  organ: Organ;
  /** The old names that its rules have. */
  names: string[];
}

/** Organs with an old name in their own name whose rules name the old place on or after the day, and membership types
 * that do. Rules cannot be searched by what they name, so organs that are called otherwise are not found. */
export const namingQuery = (areaChangeId: string, on: string) =>
  queryOptions({
    queryKey: ['area-changes', 'naming', areaChangeId],
    staleTime: 60_000,
    queryFn: async ({ client: cache, signal }) => {
      const places: AreaPlace[] = [];
      for (let pageToken = ''; places.length < MOST_PLACES;) {
        const page = await listPlaces(areaChangeId, LARGEST_PAGE, pageToken, signal);
        places.push(...page.places);
        pageToken = page.nextPageToken;
        if (!pageToken) break;
      }
      const old = oldNamesOf(places);
      const looked = old.slice(0, MOST_NAMES);
      const organs = await organsCalled(looked, signal);
      const naming = await Promise.all(
        organs.slice(0, MOST_ORGANS).map(async (organ): Promise<Naming> => {
          const rules = await listRules({ organId: organ.organId }, signal);
          return { organ, names: rulesNaming(rules, old, on) };
        }),
      );
      const organisations = await cache.ensureQueryData(organisationsQuery());
      const types = await Promise.all(
        organisations.map(async ({ organisationId, name }) => {
          const known = await cache.ensureQueryData(typesQuery(organisationId));
          const rules = await Promise.all(known.map(({ typeId }) => listRules({ typeId }, signal)));
          return { organisationId, name, names: rulesNaming(rules.flat(), old, on) };
        }),
      );
      return {
        names: old.map(({ name }) => name),
        whole: old.length <= MOST_NAMES && organs.length <= MOST_ORGANS,
        organs: naming.filter(({ names }) => names.length > 0),
        organisations: types.filter(({ names }) => names.length > 0),
      };
    },
  });

/** Organs with rules whose names have one of the names, each once. */
async function organsCalled(names: OldName[], signal: AbortSignal) {
  const found = await Promise.all(
    [...new Set(names.map(({ name }) => name))].map(async query => {
      const params = { query: { query, pageSize: 50 } };
      return ((await ask(client.GET('/v1/organs', { params, signal }))) as { organs: Organ[] }).organs;
    }),
  );
  const ruled = found.flat().filter(({ hasRule }) => hasRule);
  return [...new Map(ruled.map(organ => [organ.organId, organ])).values()];
}
