// Every read of the application: one entry per question, with its key in the cache.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, client } from './client';
import type {
  Address,
  Explanation,
  HistoryEntry,
  Import,
  ImportFile,
  Member,
  Membership,
  MembershipException,
  MembershipType,
  Organ,
  Organisation,
  Person,
  PersonFact,
  Place,
  Plan,
  PlanEffect,
  PlanPerson,
  PlanState,
  Relation,
  Rule,
  RuleMatches,
  RuleNode,
  Run,
  RunOutcome,
  ServiceStatus,
} from './types';

export const SERVICES = ['membership', 'hierarchy'] as const;
export type ServiceName = (typeof SERVICES)[number];
export const isService = (name: string): name is ServiceName => SERVICES.some(known => known === name);
export const LARGEST_PAGE = 1000;

/** Leaves out what is empty, so that addresses stay short. */
export function given<T extends Record<string, unknown>>(parameters: T): T {
  return Object.fromEntries(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '' && value !== false),
  ) as T;
}

export interface Page {
  nextPageToken: string;
}
export const nextToken = (page: Page) => page.nextPageToken || undefined;

export const organisationsQuery = () =>
  queryOptions({
    queryKey: ['organs', 'organisations'],
    queryFn: async ({ signal }) =>
      ((await ask(client.GET('/v1/organisations', { signal }))) as { organisations: Organisation[] })
        .organisations,
  });

/** What is directly below an organ: the first `pages` thousands. */
export const childrenQuery = (parentId: string, pages = 1, on = '') =>
  queryOptions({
    queryKey: ['organs', 'children', parentId, pages, on],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const organs: Organ[] = [];
      let pageToken = '';
      for (let page = 0; page < pages; page++) {
        const query = given({ parentId, on, pageSize: LARGEST_PAGE, pageToken });
        const reply = (await ask(client.GET('/v1/organs', { params: { query }, signal }))) as Page & {
          organs: Organ[];
        };
        organs.push(...reply.organs);
        pageToken = reply.nextPageToken;
        if (!pageToken) break;
      }
      return { organs, more: pageToken !== '' };
    },
  });

export const organSearchQuery = (text: string, organisationId = '', on = '') =>
  queryOptions({
    queryKey: ['organs', 'search', text, organisationId, on],
    enabled: text.length >= 2,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = given({ query: text, organisationId, on, pageSize: 50 });
      return (await ask(client.GET('/v1/organs', { params: { query }, signal }))) as Page & {
        organs: Organ[];
      };
    },
  });

export const organQuery = (organId: string, on = '') =>
  queryOptions({
    queryKey: ['organs', 'organ', organId, on],
    queryFn: async ({ signal }) => {
      const params = { path: { organ_id: organId }, query: given({ on }) };
      return (await ask(client.GET('/v1/organs/{organ_id}', { params, signal }))) as Organ;
    },
  });

/** The organs from the root down to this one. */
export const ancestorsQuery = (organId: string, on = '') =>
  queryOptions({
    queryKey: ['organs', 'ancestors', organId, on],
    queryFn: async ({ client: cache }) => {
      const chain: Organ[] = [];
      for (let id = organId; id !== '' && chain.length < 32; id = chain[0]?.parentId ?? '') {
        chain.unshift(await cache.ensureQueryData(organQuery(id, on)));
      }
      return chain;
    },
  });

export const typesQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['types', organisationId],
    enabled: organisationId !== '',
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const params = { path: { organisation_id: organisationId } };
      const reply = await ask(client.GET('/v1/organisations/{organisation_id}/types', { params, signal }));
      return (reply as { types: MembershipType[] }).types;
    },
  });

const MOST_ORGANS = 20_000;

/** Every organ of an organisation on a day, the organisation itself included. */
export const wholeTreeQuery = (organisationId: string, on = '') =>
  queryOptions({
    queryKey: ['organs', 'whole', organisationId, on],
    enabled: organisationId !== '',
    placeholderData: keepPreviousData,
    queryFn: async ({ client: cache, signal }) => {
      const organs: Organ[] = [await cache.ensureQueryData(organQuery(organisationId, on))];
      for (let pageToken = ''; organs.length < MOST_ORGANS;) {
        const query = given({ organisationId, on, pageSize: LARGEST_PAGE, pageToken });
        const reply = (await ask(client.GET('/v1/organs', { params: { query }, signal }))) as Page & {
          organs: Organ[];
        };
        organs.push(...reply.organs.filter(({ organId }) => organId !== organisationId));
        pageToken = reply.nextPageToken;
        if (!pageToken) break;
      }
      return organs;
    },
  });

export async function listRules(
  query: { organId?: string; typeId?: string; inherited?: boolean },
  signal: AbortSignal,
) {
  return ((await ask(client.GET('/v1/rules', { params: { query }, signal }))) as { rules: Rule[] }).rules;
}

/** Every rule that a member of this organ meets: those of the membership types, then from the root down. */
export const rulesQuery = (organId: string) =>
  queryOptions({
    queryKey: ['rules', organId],
    queryFn: async ({ client: cache, signal }) => {
      const { organisationId } = await cache.ensureQueryData(organQuery(organId));
      const types = await cache.ensureQueryData(typesQuery(organisationId));
      const lists = await Promise.all([
        ...types.map(({ typeId }) => listRules({ typeId }, signal)),
        listRules({ organId, inherited: true }, signal),
      ]);
      return [...new Map(lists.flat().map(rule => [rule.ruleId, rule])).values()];
    },
  });

/** The versions of an organ's own rules. */
export const ownRulesQuery = (organId: string) =>
  queryOptions({
    queryKey: ['rules', 'own', organId],
    enabled: organId !== '' && !organId.startsWith('code:'),
    queryFn: ({ signal }) => listRules({ organId }, signal),
  });

/** The versions of a membership type's rule. */
export const typeRulesQuery = (typeId: string) =>
  queryOptions({
    queryKey: ['rules', 'type', typeId],
    enabled: typeId !== '',
    queryFn: ({ signal }) => listRules({ typeId }, signal),
  });

/** How many persons a rule matches on a day. */
export const ruleMatchesQuery = (organId: string, nodes: RuleNode[], on: string) =>
  queryOptions({
    queryKey: ['rules', 'matches', organId, on, nodes],
    enabled: nodes.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const body = { ...given({ organId, on }), nodes };
      return (await ask(client.POST('/v1/rules:count', { body, signal }))) as RuleMatches;
    },
  });

export interface PlanFilter {
  query?: string;
  state?: PlanState;
  organId?: string;
}
export const plansQuery = (filter: PlanFilter = {}) =>
  infiniteQueryOptions({
    queryKey: ['plans', 'list', filter],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: given({ ...filter, pageToken: pageParam }) };
      return (await ask(client.GET('/v1/plans', { params, signal }))) as Page & { plans: Plan[] };
    },
    getNextPageParam: nextToken,
  });

export const planQuery = (planId: string) =>
  queryOptions({
    queryKey: ['plans', 'plan', planId],
    enabled: planId !== '',
    queryFn: async ({ signal }) => {
      const params = { path: { plan_id: planId } };
      return (await ask(client.GET('/v1/plans/{plan_id}', { params, signal }))) as Plan;
    },
  });

const MOST_EFFECTS = 20_000;

/** What a plan does to each organ and type; all of it, so that it can be sorted and printed. */
export const planEffectsQuery = (planId: string, hash: string) =>
  queryOptions({
    queryKey: ['plans', 'effects', planId, hash],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const effects: PlanEffect[] = [];
      for (let pageToken = ''; effects.length < MOST_EFFECTS;) {
        const params = { path: { plan_id: planId }, query: given({ pageSize: LARGEST_PAGE, pageToken }) };
        const reply = await ask(client.GET('/v1/plans/{plan_id}/effects', { params, signal }));
        const page = reply as Page & { effects: PlanEffect[] };
        effects.push(...page.effects);
        pageToken = page.nextPageToken;
        if (!pageToken) break;
      }
      return effects;
    },
  });

export interface PlanPersonFilter {
  organId?: string;
  typeId?: string;
  effect?: string;
}
export const planPersonsQuery = (planId: string, hash: string, filter: PlanPersonFilter, pageToken = '') =>
  queryOptions({
    queryKey: ['plans', 'persons', planId, hash, filter, pageToken],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { path: { plan_id: planId }, query: given({ ...filter, pageSize: 50, pageToken }) };
      const reply = await ask(client.GET('/v1/plans/{plan_id}/persons', { params, signal }));
      return reply as Page & { persons: PlanPerson[] };
    },
  });

const LARGEST_LIST = 200;
const MOST_PERSON_PAGES = 5;

/** Plans that have been carried out, newest first: what is coming is made by one of them. */
export const appliedPlansQuery = () =>
  queryOptions({
    queryKey: ['plans', 'applied'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const query = { state: 'PLAN_STATE_APPLIED' as const, pageSize: LARGEST_LIST };
      return ((await ask(client.GET('/v1/plans', { params: { query }, signal }))) as { plans: Plan[] }).plans;
    },
  });

/** The plan by which a membership begins or ends on a day that is to come; null when no plan makes it. */
export const planBehindQuery = (personId: string, organId: string, typeId: string, day: string) =>
  queryOptions({
    queryKey: ['plans', 'behind', personId, organId, typeId, day],
    staleTime: 60_000,
    queryFn: async ({ client: cache, signal }): Promise<Pick<Plan, 'planId' | 'title'> | null> => {
      const all = await cache.ensureQueryData(appliedPlansQuery());
      for (const { planId, title } of all.filter(plan => plan.firstDay <= day && day <= plan.lastDay)) {
        let pageToken = '';
        for (let page = 0; page < MOST_PERSON_PAGES; page++) {
          const query = given({ organId, typeId, pageSize: LARGEST_PAGE, pageToken });
          const params = { path: { plan_id: planId }, query };
          const reply = await ask(client.GET('/v1/plans/{plan_id}/persons', { params, signal }));
          const { persons, nextPageToken } = reply as Page & { persons: PlanPerson[] };
          const mine = persons.find(person => person.personId === personId);
          if (mine?.after.some(period => period.split('/').includes(day))) return { planId, title };
          if (mine || !nextPageToken) break;
          pageToken = nextPageToken;
        }
      }
      return null;
    },
  });

export const exceptionsQuery = (filter: { personId?: string; organId?: string }) =>
  infiniteQueryOptions({
    queryKey: ['exceptions', filter],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: given({ ...filter, pageToken: pageParam }) };
      const reply = await ask(client.GET('/v1/exceptions', { params, signal }));
      return reply as Page & { exceptions: MembershipException[] };
    },
    getNextPageParam: nextToken,
  });

export interface MemberFilter {
  organId: string;
  query?: string;
  typeId?: string;
  on?: string;
  asKnownOn?: string;
  orderBy?: string;
  pageToken?: string;
}
export const membersQuery = ({ organId, ...filter }: MemberFilter) =>
  queryOptions({
    queryKey: ['members', organId, filter],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { path: { organ_id: organId }, query: given({ ...filter, pageSize: 50 }) };
      const reply = await ask(client.GET('/v1/organs/{organ_id}/members', { params, signal }));
      return reply as Page & { members: Member[] };
    },
  });

/** `language` is that of the page: the answer holds a sentence. */
export const explanationQuery = (
  organId: string,
  personId: string,
  typeId: string,
  on: string,
  asKnownOn: string,
  language: string,
) =>
  queryOptions({
    queryKey: ['members', 'explain', organId, personId, typeId, on, asKnownOn, language],
    queryFn: async ({ signal }) => {
      const path = { organ_id: organId, person_id: personId };
      const params = { path, query: given({ typeId, on, asKnownOn }) };
      return (await ask(
        client.GET('/v1/organs/{organ_id}/members/{person_id}:explain', { params, signal }),
      )) as Explanation;
    },
  });

export interface PersonFilter {
  query?: string;
  postalCode?: string;
  municipality?: string;
  includeEnded?: boolean;
  orderBy?: string;
  pageToken?: string;
}
export const personsQuery = (filter: PersonFilter) =>
  queryOptions({
    queryKey: ['persons', 'list', filter],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = given({ ...filter, pageSize: 50 });
      return (await ask(client.GET('/v1/persons', { params: { query }, signal }))) as Page & {
        persons: Person[];
      };
    },
  });

export const personSearchQuery = (text: string) =>
  queryOptions({
    queryKey: ['persons', 'search', text],
    enabled: text.length >= 3,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { query: text, pageSize: 8 };
      const reply = await ask(client.GET('/v1/persons:search', { params: { query }, signal }));
      return reply as { persons: Person[]; more: boolean; incomplete: boolean };
    },
  });

const ofPerson = (personId: string) => ({ path: { person_id: personId } });

export const personQuery = (personId: string) =>
  queryOptions({
    queryKey: ['person', personId, 'card'],
    queryFn: async ({ signal }) =>
      (await ask(client.GET('/v1/persons/{person_id}', { params: ofPerson(personId), signal }))) as Person,
  });

export const addressesQuery = (personId: string) =>
  queryOptions({
    queryKey: ['person', personId, 'addresses'],
    queryFn: async ({ signal }) => {
      const call = client.GET('/v1/persons/{person_id}/addresses', { params: ofPerson(personId), signal });
      return ((await ask(call)) as { addresses: Address[] }).addresses;
    },
  });

export const factsQuery = (personId: string) =>
  queryOptions({
    queryKey: ['person', personId, 'facts'],
    queryFn: async ({ signal }) => {
      const call = client.GET('/v1/persons/{person_id}/facts', { params: ofPerson(personId), signal });
      return ((await ask(call)) as { facts: PersonFact[] }).facts;
    },
  });

export const relationsQuery = (personId: string) =>
  queryOptions({
    queryKey: ['person', personId, 'relations'],
    queryFn: async ({ signal }) => {
      const call = client.GET('/v1/persons/{person_id}/relations', { params: ofPerson(personId), signal });
      return ((await ask(call)) as { relations: Relation[] }).relations;
    },
  });

export const membershipsQuery = (personId: string) =>
  queryOptions({
    queryKey: ['person', personId, 'memberships'],
    queryFn: async ({ signal }) => {
      const call = client.GET('/v1/persons/{person_id}/memberships', { params: ofPerson(personId), signal });
      return ((await ask(call)) as { memberships: Membership[] }).memberships;
    },
  });

export const historyQuery = (personId: string) =>
  infiniteQueryOptions({
    queryKey: ['person', personId, 'history'],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...ofPerson(personId), query: given({ pageToken: pageParam }) };
      const reply = await ask(client.GET('/v1/persons/{person_id}/history', { params, signal }));
      return reply as Page & { entries: HistoryEntry[] };
    },
    getNextPageParam: nextToken,
  });

export const importFileQuery = (fileId: string, encoding = '', separator = '') =>
  queryOptions({
    queryKey: ['import-file', fileId, encoding, separator],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { path: { file_id: fileId }, query: given({ encoding, separator }) };
      return (await ask(client.GET('/v1/import-files/{file_id}', { params, signal }))) as ImportFile;
    },
  });

export const importsQuery = () =>
  infiniteQueryOptions({
    queryKey: ['imports', 'list'],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: given({ pageToken: pageParam }) };
      return (await ask(client.GET('/v1/imports', { params, signal }))) as Page & { imports: Import[] };
    },
    getNextPageParam: nextToken,
  });

export const importQuery = (importId: string) =>
  queryOptions({
    queryKey: ['imports', importId],
    queryFn: async ({ signal }) => {
      const params = { path: { import_id: importId } };
      return (await ask(client.GET('/v1/imports/{import_id}', { params, signal }))) as Import;
    },
  });

export const runQuery = (service: ServiceName, runId: string) =>
  queryOptions({
    queryKey: ['runs', service, runId],
    queryFn: async ({ signal }) => {
      const params = { path: { service, run_id: runId } };
      return (await ask(client.GET('/v1/{service}/runs/{run_id}', { params, signal }))) as Run;
    },
  });

export const runsQuery = (service: ServiceName) =>
  infiniteQueryOptions({
    queryKey: ['runs', service, 'list'],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { service }, query: given({ pageToken: pageParam }) };
      return (await ask(client.GET('/v1/{service}/runs', { params, signal }))) as Page & { runs: Run[] };
    },
    getNextPageParam: nextToken,
  });

export const outcomesQuery = (service: ServiceName, runId: string, result = '', pageToken = '') =>
  queryOptions({
    queryKey: ['runs', service, runId, 'outcomes', result, pageToken],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { path: { service, run_id: runId }, query: given({ result, pageToken, pageSize: 50 }) };
      const reply = await ask(client.GET('/v1/{service}/runs/{run_id}/outcomes', { params, signal }));
      return reply as Page & { outcomes: RunOutcome[] };
    },
  });

export const statusQuery = (service: ServiceName) =>
  queryOptions({
    queryKey: ['status', service],
    refetchInterval: 5000,
    queryFn: async ({ signal }) => {
      const params = { path: { service } };
      return (await ask(client.GET('/v1/{service}/status', { params, signal }))) as ServiceStatus;
    },
  });

/** The place of a postal code, if the gazetteer knows it. */
export const placeQuery = (postalCode: string) =>
  queryOptions({
    queryKey: ['place', postalCode],
    enabled: postalCode.length >= 4,
    staleTime: 600_000,
    queryFn: async ({ signal }) => {
      const params = { query: { postalCode, pageSize: 1 } };
      const { places } = (await ask(client.GET('/v1/places', { params, signal }))) as { places: Place[] };
      return places.find(place => place.postalCode === postalCode) ?? null;
    },
  });

export interface Gazetteer {
  towns: string[];
  municipalities: string[];
  provinces: string[];
  postalCodes: string[];
}

/** Every place name that a rule may name, each once, in order. */
export const gazetteerQuery = () =>
  queryOptions({
    queryKey: ['place', 'all'],
    staleTime: 3_600_000,
    queryFn: async ({ signal }): Promise<Gazetteer> => {
      const found: Place[] = [];
      for (let pageToken = ''; ;) {
        const params = { query: given({ pageSize: LARGEST_PAGE, pageToken }) };
        const reply = (await ask(client.GET('/v1/places', { params, signal }))) as Page & { places: Place[] };
        found.push(...reply.places);
        pageToken = reply.nextPageToken;
        if (!pageToken) break;
      }
      const names = (of: (place: Place) => string) =>
        [...new Set(found.map(of).filter(Boolean))].toSorted((a, b) => a.localeCompare(b, 'fi'));
      return {
        towns: names(place => place.town),
        municipalities: names(place => place.municipality),
        provinces: names(place => place.province),
        postalCodes: names(place => place.postalCode),
      };
    },
  });
