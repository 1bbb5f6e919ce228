// Reads of reports: counts of members, who is behind them, and what was recorded about an organ.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask, client } from './client';
import { given, nextToken, type Page } from './queries';
import type { MemberChange, MemberCount, OrganRecord } from './types';

export interface CountFilter {
  organId: string;
  typeId?: string;
  on?: string;
  asKnownOn?: string;
  pageToken?: string;
}
export const memberCountsQuery = (filter: CountFilter) =>
  queryOptions({
    queryKey: ['members', 'counts', filter],
    enabled: filter.organId !== '',
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { query: given({ ...filter, pageSize: 50 }) };
      const reply = await ask(client.GET('/v1/reports/members', { params, signal }));
      return reply as Page & { counts: MemberCount[] };
    },
  });

export interface PeriodFilter {
  organId: string;
  typeId?: string;
  from: string;
  /** The first day after the period. */
  to: string;
  pageToken?: string;
}
export const changeCountsQuery = (filter: PeriodFilter) =>
  queryOptions({
    queryKey: ['members', 'changeCounts', filter],
    enabled: filter.organId !== '',
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { query: given({ ...filter, pageSize: 50 }) };
      const reply = await ask(client.GET('/v1/reports/changes', { params, signal }));
      return reply as Page & { counts: MemberCount[] };
    },
  });

export const memberChangesQuery = ({ organId, ...filter }: PeriodFilter & { change: string }) =>
  queryOptions({
    queryKey: ['members', 'changes', organId, filter],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const params = { path: { organ_id: organId }, query: given({ ...filter, pageSize: 50 }) };
      const reply = await ask(client.GET('/v1/organs/{organ_id}/changes', { params, signal }));
      return reply as Page & { changes: MemberChange[] };
    },
  });

/** `language` is that of the page: rules come in words. */
export const organHistoryQuery = (organId: string, language: string) =>
  infiniteQueryOptions({
    queryKey: ['organs', 'history', organId, language],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const params = { path: { organ_id: organId }, query: given({ pageToken: pageParam }) };
      const reply = await ask(client.GET('/v1/organs/{organ_id}/history', { params, signal }));
      return reply as Page & { records: OrganRecord[] };
    },
    getNextPageParam: nextToken,
  });
