// Reads of actions and of what they make: groups, rights, jubilees.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, client } from './client';
import { given, LARGEST_PAGE, nextToken, type Page, type ServiceName } from './queries';
import type { Action, GroupMember, Jubilee, Organ, OrganGroup, PersonRight, Run } from './types';

export const actionsQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['actions', organisationId],
    queryFn: async ({ signal }) => {
      const params = { path: { organisation_id: organisationId } };
      const reply = await ask(client.GET('/v1/organisations/{organisation_id}/actions', { params, signal }));
      return (reply as { actions: Action[] }).actions;
    },
  });

/** The newest run of a type; null when there has never been one. */
export const newestRunQuery = (service: ServiceName, type: string) =>
  queryOptions({
    queryKey: ['runs', service, 'newest', type],
    queryFn: async ({ signal }): Promise<Run | null> => {
      const params = { path: { service }, query: { type, pageSize: 1 } };
      const { runs } = (await ask(client.GET('/v1/{service}/runs', { params, signal }))) as { runs: Run[] };
      return runs[0] ?? null;
    },
  });

const MOST_ORGANS = 20_000;

/** What the organs of an organisation are called, each word once. */
export const organKindsQuery = (organisationId: string) =>
  queryOptions({
    queryKey: ['organs', 'kinds', organisationId],
    staleTime: 600_000,
    queryFn: async ({ signal }) => {
      const kinds = new Set<string>();
      for (let pageToken = '', seen = 0; seen < MOST_ORGANS; seen += LARGEST_PAGE) {
        const query = given({ organisationId, pageSize: LARGEST_PAGE, pageToken });
        const reply = (await ask(client.GET('/v1/organs', { params: { query }, signal }))) as Page & {
          organs: Organ[];
        };
        for (const { kind } of reply.organs) if (kind) kinds.add(kind);
        pageToken = reply.nextPageToken;
        if (!pageToken) break;
      }
      return [...kinds].toSorted();
    },
  });

export interface GroupFilter {
  organId?: string;
  actionId?: string;
  on?: string;
  closed?: boolean;
}
export const groupsQuery = (filter: GroupFilter) =>
  infiniteQueryOptions({
    queryKey: ['groups', 'list', filter],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: given({ ...filter, pageToken: pageParam }) };
      return (await ask(client.GET('/v1/groups', { params, signal }))) as Page & { groups: OrganGroup[] };
    },
    getNextPageParam: nextToken,
  });

export const groupMembersQuery = (groupId: string, on: string, pageToken: string) =>
  queryOptions({
    queryKey: ['groups', 'members', groupId, on, pageToken],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { path: { group_id: groupId }, query: given({ on, pageToken, pageSize: 50 }) };
      const reply = await ask(client.GET('/v1/groups/{group_id}/members', { params, signal }));
      return reply as Page & { members: GroupMember[] };
    },
  });

export const rightsQuery = (personId: string) =>
  queryOptions({
    queryKey: ['person', personId, 'rights'],
    queryFn: async ({ signal }) => {
      const params = { path: { person_id: personId } };
      const reply = await ask(client.GET('/v1/persons/{person_id}/rights', { params, signal }));
      return (reply as { rights: PersonRight[] }).rights;
    },
  });

export interface JubileeFilter {
  organisationId?: string;
  personId?: string;
  organId?: string;
  from?: string;
  to?: string;
  pageSize?: number;
  pageToken?: string;
}
export const jubileesQuery = (filter: JubileeFilter) =>
  queryOptions({
    queryKey: ['jubilees', filter],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { query: given({ pageSize: 50, ...filter }) };
      const reply = await ask(client.GET('/v1/jubilees', { params, signal }));
      return reply as Page & { jubilees: Jubilee[] };
    },
  });
