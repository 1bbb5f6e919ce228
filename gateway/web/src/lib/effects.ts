// The table of what a plan does to organs: sums, filter, order. Pure.
import { count, type PlanEffect } from '../api/types';

export interface EffectRow {
  key: string;
  effect: PlanEffect;
  before: number;
  after: number;
  joins: number;
  leaves: number;
  stays: number;
}
export type EffectSort = 'organ' | 'type' | 'before' | 'after' | 'joins' | 'leaves' | 'stays';

export const effectRows = (effects: PlanEffect[]): EffectRow[] =>
  effects.map(effect => ({
    key: `${effect.organId} ${effect.typeId}`,
    effect,
    before: count(effect.before),
    after: count(effect.after),
    joins: count(effect.joins),
    leaves: count(effect.leaves),
    stays: count(effect.stays),
  }));

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export const filterEffects = (rows: EffectRow[], text: string, typeId: string) => {
  const wanted = fold(text.trim());
  return rows.filter(
    ({ effect }) =>
      (!typeId || effect.typeId === typeId) &&
      (!wanted || fold(`${effect.organName} ${effect.organCode}`).includes(wanted)),
  );
};

/** By a column; "-joins" is turned round. Equal rows stand by organ and type. */
export function sortEffects(rows: EffectRow[], order: string, locale: string) {
  const field = order.replace(/^-/, '') as EffectSort;
  const turn = order.startsWith('-') ? -1 : 1;
  const { compare } = new Intl.Collator(locale, { numeric: true });
  const byOrgan = (a: EffectRow, b: EffectRow) =>
    compare(a.effect.organName, b.effect.organName) || compare(a.effect.typeName, b.effect.typeName);
  const by: Record<EffectSort, (a: EffectRow, b: EffectRow) => number> = {
    organ: byOrgan,
    type: (a, b) => compare(a.effect.typeName, b.effect.typeName),
    before: (a, b) => a.before - b.before,
    after: (a, b) => a.after - b.after,
    joins: (a, b) => a.joins - b.joins,
    leaves: (a, b) => a.leaves - b.leaves,
    stays: (a, b) => a.stays - b.stays,
  };
  const first = by[field] ?? byOrgan;
  return rows.toSorted((a, b) => turn * first(a, b) || byOrgan(a, b));
}

/** "2020-01-01/2026-12-31" as its two ends. */
export function periodOf(text: string): [from: string, to: string] {
  const [from = '', to = ''] = text.split('/');
  return [from, to];
}
