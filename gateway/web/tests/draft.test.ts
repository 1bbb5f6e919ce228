import { describe, expect, test } from 'vitest';
import type { OrganChange } from '../src/api/types';
import { changeWords, ruleOfChange, type WordContext } from '../src/lib/changeWords';
import {
  EMPTY,
  isForeign,
  knownOrgans,
  newChange,
  reduceDraft,
  restored,
  sentChange,
  type DraftAction,
  type DraftState,
  type KnownOrgan,
} from '../src/lib/draft';
import { overlaid, type Branch, type TreeOrgan } from '../src/lib/overlay';
import { placed, plansNamed, unplaced } from '../src/lib/planErrors';
import { en } from '../src/i18n/en';
import { fill, type MessageKey, type Values } from '../src/i18n/messages';

const say = (key: MessageKey, values?: Values) => fill(en[key], 'en-GB', values);
const organisation = { organisationId: 'O', name: 'Org' };
const known = (name: string, childCount = '0'): KnownOrgan => ({
  name,
  kind: '',
  code: name.toLowerCase(),
  memberCount: '7',
  childCount,
});
const end = (organ: string, on = '2027-01-01') => newChange('CHANGE_KIND_END', on, { organ });
const add = (...changes: OrganChange[]): DraftAction => ({
  type: 'add',
  organisation,
  changes,
  known: { A: known('A') },
});
const run = (...actions: DraftAction[]) => actions.reduce<DraftState>(reduceDraft, EMPTY);
const organs = ({ draft }: DraftState) => draft?.entries.map(({ change }) => change.organ);

describe('reduceDraft', () => {
  test('changes stand in the order in which they were added, each with an identity of its own', () => {
    const state = run(add(end('A')), add(end('B'), end('C')));
    expect(organs(state)).toEqual(['A', 'B', 'C']);
    expect(new Set(state.draft!.entries.map(({ id }) => id)).size).toBe(3);
  });

  test('a change of another organisation is not taken', () => {
    const state = run(add(end('A')));
    expect(isForeign(state, 'P')).toBe(true);
    const other = { ...add(end('B')), organisation: { organisationId: 'P', name: '' } } as DraftAction;
    expect(reduceDraft(state, other)).toBe(state);
  });

  test('one is replaced by several, in its place', () => {
    const state = run(add(end('A'), end('B')));
    const next = reduceDraft(state, { type: 'replace', id: 1, changes: [end('X'), end('Y')], known: {} });
    expect(organs(next)).toEqual(['X', 'Y', 'B']);
    expect(new Set(next.draft!.entries.map(({ id }) => id)).size).toBe(3);
  });

  test.each([
    [2, -1, ['B', 'A', 'C']],
    [2, 1, ['A', 'C', 'B']],
    [1, -1, ['A', 'B', 'C']],
    [3, 1, ['A', 'B', 'C']],
  ] as const)('entry %d moved by %d', (id, by, expected) => {
    expect(organs(run(add(end('A'), end('B'), end('C')), { type: 'move', id, by }))).toEqual(expected);
  });

  test('without its last change there is no draft', () => {
    expect(run(add(end('A')), { type: 'remove', id: 1 }).draft).toBe(null);
  });

  test('every step can be undone, down to nothing', () => {
    const undo: DraftAction = { type: 'undo' };
    const steps = run(add(end('A'), end('B')), { type: 'remove', id: 1 }, { type: 'clear' });
    const once = reduceDraft(steps, undo);
    expect(organs(once)).toEqual(['B']);
    expect(organs(reduceDraft(once, undo))).toEqual(['A', 'B']);
    const all = [undo, undo, undo, undo, undo].reduce<DraftState>(reduceDraft, steps);
    expect(all.draft).toBe(null);
  });

  test('title and reason are no step of their own', () => {
    const state = run(add(end('A')), { type: 'describe', title: 'T', reason: 'R' });
    expect(state.draft).toMatchObject({ title: 'T', reason: 'R' });
    expect(state.past.length).toBe(1);
  });

  test('a plan comes back as a draft that replaces it', () => {
    const draft = {
      ...organisation,
      organisationName: 'Org',
      title: 'T',
      reason: '',
      planId: 'P',
      known: {},
    };
    const state = run({ type: 'load', draft, changes: [end('A'), end('B')] });
    expect(state.draft).toMatchObject({ planId: 'P', title: 'T' });
    expect(organs(state)).toEqual(['A', 'B']);
  });
});

describe('what is kept', () => {
  test('a draft comes back whole, and new entries do not take old identities', () => {
    const state = run(add(end('A'), end('B')));
    const again = restored(JSON.stringify({ draft: state.draft }));
    expect(organs(again)).toEqual(['A', 'B']);
    const ids = reduceDraft(again, add(end('C'))).draft!.entries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });
  test.each([null, '', 'no JSON', '{}', '{"draft":7}', '{"draft":{"entries":3,"known":{}}}', '[]'])(
    '%j is none',
    text => expect(restored(text)).toBe(EMPTY),
  );
});

test('only what is written is sent', () => {
  expect(sentChange(newChange('CHANGE_KIND_MOVE', '2027-01-01', { organ: 'A', parent: 'B' }))).toEqual({
    kind: 'CHANGE_KIND_MOVE',
    on: '2027-01-01',
    organ: 'A',
    parent: 'B',
  });
});

describe('errors of a set', () => {
  const violation = (field: string, description = '') => ({ field, reason: 'X', description });
  test('go to their change and field', () => {
    const list = [violation('changes[2].on'), violation('changes[0].parts[1].code'), violation('title')];
    expect(placed(list).map(({ place, field }) => [place, field])).toEqual([
      [2, 'on'],
      [0, 'parts[1].code'],
    ]);
    expect(unplaced(list)).toEqual([violation('title')]);
  });
  test('an undo that is refused names plans, each once, never itself', () => {
    const [a, b] = ['0192a000-0000-7000-8000-000000000001', '0192a000-0000-7000-8000-000000000002'];
    expect(plansNamed([`“X” (${a}), “Y” (${b})`, `“Y” (${b})`], a!)).toEqual([b]);
  });
});

describe('changeWords', () => {
  const context: WordContext = {
    say,
    locale: 'en-GB',
    known: { A: known('Alpha'), B: known('Beta') },
    types: [{ typeId: 't', name: 'Member' }],
    people: { p: 'Aino Virtanen', x: 'Onni Laine' },
  };
  const rule = [
    { op: 'RULE_OP_EQUALS', operands: 0, field: 'RULE_FIELD_TOWN', values: ['Salo'] },
  ] as OrganChange['rule'];
  const part = (name: string) => ({ code: name, name, organKind: '', rule: [], children: [] });
  test.each<[string, OrganChange]>([
    ['New organ: Gamma, under Alpha', newChange('CHANGE_KIND_CREATE', '', { name: 'Gamma', parent: 'A' })],
    ['Moves: Alpha → Beta', newChange('CHANGE_KIND_MOVE', '', { organ: 'A', parent: 'B' })],
    ['Merges: Alpha into Beta', newChange('CHANGE_KIND_MERGE', '', { organ: 'A', target: 'B' })],
    [
      'Splits: Alpha into North and South',
      newChange('CHANGE_KIND_SPLIT', '', { organ: 'A', parts: [part('North'), part('South')] }),
    ],
    ['Ends: Alpha', end('A')],
    ['Ends: new-one', end('code:new-one')],
    ['Opens again: Alpha', newChange('CHANGE_KIND_REOPEN', '', { organ: 'A' })],
    ['Rule of Alpha: lives in the town Salo', newChange('CHANGE_KIND_RULE', '', { organ: 'A', rule })],
    ['Rule of Alpha: none any more', newChange('CHANGE_KIND_RULE', '', { organ: 'A' })],
    [
      'Rule of Alpha for Member: lives in the town Salo',
      newChange('CHANGE_KIND_RULE', '', { organ: 'A', typeId: 't', rule }),
    ],
    [
      'Rule of the type Member: lives in the town Salo',
      newChange('CHANGE_KIND_RULE', '', { typeId: 't', rule }),
    ],
    [
      'By exception: Aino Virtanen in Alpha as Member',
      newChange('CHANGE_KIND_ADD_EXCEPTION', '', { organ: 'A', typeId: 't', personId: 'p' }),
    ],
    ['The exception of Onni Laine ends', newChange('CHANGE_KIND_END_EXCEPTION', '', { exceptionId: 'x' })],
  ])('%s', (expected, change) => expect(changeWords(change, context)).toBe(expected));
  test('a new organ tells its rule', () => {
    expect(ruleOfChange(newChange('CHANGE_KIND_CREATE', '', { rule }), context)).toEqual([
      'Its rule: lives in the town Salo',
    ]);
  });
});

describe('the tree as the draft makes it', () => {
  const treeOrgan = (organId: string, parentId: string): TreeOrgan => ({
    organId,
    organisationId: 'O',
    parentId,
    parentName: '',
    validFrom: '',
    validTo: '',
    etag: '',
    hasRule: false,
    ...known(organId),
  });
  const branches = () =>
    new Map<string, Branch>([
      ['O', { organs: [treeOrgan('A', 'O'), treeOrgan('B', 'O')], more: false }],
      ['A', { organs: [treeOrgan('A1', 'A'), treeOrgan('A2', 'A')], more: false }],
      ['B', { organs: [treeOrgan('B1', 'B')], more: false }],
    ]);
  const shown = (changes: OrganChange[], on = '2027-06-01') => {
    const draft = {
      ...organisation,
      organisationName: 'Org',
      title: '',
      reason: '',
      planId: '',
      known: { Z: known('Z') },
      entries: changes.map((change, id) => ({ id, change })),
    };
    const made = overlaid(branches(), draft, knownOrgans(draft), on);
    const names = (id: string) => made.branches.get(id)?.organs.map(({ organId }) => organId);
    return { ...made, names };
  };
  const move = (organ: string, parent: string, on = '2027-01-01') =>
    newChange('CHANGE_KIND_MOVE', on, { organ, parent });

  test('a move shows on its day, before it only as a mark', () => {
    const { names, marks, grown } = shown([move('A1', 'B')]);
    expect([names('A'), names('B')]).toEqual([['A2'], ['A1', 'B1']]);
    expect([marks.get('A1'), grown.get('A'), grown.get('B')]).toEqual(['moved', -1, 1]);
    const before = shown([move('A1', 'B')], '2026-12-31');
    expect(before.names('A')).toEqual(['A1', 'A2']);
    expect(before.marks.get('A1')).toBe('changes');
  });

  test('an organ whose place is not loaded arrives all the same', () => {
    expect(shown([move('Z', 'B')]).names('B')).toEqual(['B1', 'Z']);
  });

  test('what is created can be moved to, and ends up below', () => {
    const create = newChange('CHANGE_KIND_CREATE', '2027-01-01', { parent: 'O', name: 'New', code: 'n' });
    const { names, marks } = shown([create, move('A1', 'code:n')]);
    expect(names('O')).toEqual(['A', 'B', 'code:n']);
    expect(names('code:n')).toEqual(['A1']);
    expect(marks.get('code:n')).toBe('new');
  });

  test('a merge hands over what is below', () => {
    const { names, marks } = shown([
      newChange('CHANGE_KIND_MERGE', '2027-01-01', { organ: 'A', target: 'B' }),
    ]);
    expect([names('A'), names('B')]).toEqual([[], ['A1', 'A2', 'B1']]);
    expect(marks.get('A')).toBe('ends');
  });

  test('the parts of a split stand beside it and take their organs', () => {
    const part = (code: string, children: string[]) => ({
      code,
      name: code,
      organKind: '',
      rule: [],
      children,
    });
    const change = newChange('CHANGE_KIND_SPLIT', '2027-01-01', {
      organ: 'A',
      parts: [part('n', ['A1']), part('s', ['A2'])],
    });
    const { names } = shown([change]);
    expect(names('O')).toEqual(['A', 'B', 'code:n', 'code:s']);
    expect([names('code:n'), names('code:s'), names('A')]).toEqual([['A1'], ['A2'], []]);
  });

  test('without a draft all is as it is', () => {
    const is = branches();
    expect(overlaid(is, null, {}, '2027-01-01').branches).toBe(is);
  });
});
