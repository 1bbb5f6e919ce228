// Who is a member of what, derived from facts and rules the slow way: every rule is the set of days on which it holds,
// a membership is an intersection of such sets. Written from the semantics alone; shares nothing with the engine,
// which walks from day to day.
import { NEVER, complement, dayOf, difference, intersection, setOf, union } from './intervals.mjs';

const KIND = { BIRTH_DATE: 1, POSTAL_CODE: 2, TOWN: 3, MUNICIPALITY: 4, PROVINCE: 5, COUNTRY: 6,
  SUBSCRIPTION: 7, ADMISSION: 8, POSITION: 9, TAG: 10 };
const OP = { ALL: 1, ANY: 2, NOT: 3, EQUALS: 4, IN: 5, BETWEEN: 6, SUBSCRIPTION: 7, ADMITTED: 8, POSITION: 9 };
const FIELD = { POSTAL_CODE: 1, TOWN: 2, MUNICIPALITY: 3, PROVINCE: 4, COUNTRY: 5, BIRTH_DATE: 6, AGE: 7, TAG: 8 };
const KIND_OF_FIELD = { [FIELD.POSTAL_CODE]: KIND.POSTAL_CODE, [FIELD.TOWN]: KIND.TOWN,
  [FIELD.MUNICIPALITY]: KIND.MUNICIPALITY, [FIELD.PROVINCE]: KIND.PROVINCE, [FIELD.COUNTRY]: KIND.COUNTRY,
  [FIELD.BIRTH_DATE]: KIND.BIRTH_DATE, [FIELD.TAG]: KIND.TAG };

const NO_VERSIONS = [];

export const ORIGIN = { RULE: 1, EXCEPTION: 2, BELOW: 3 };

/** The days of the facts that satisfy `test`. */
const daysOf = (facts, test) => setOf (facts.filter (test).map (({ from, to }) => [from, to]));

/** The first day of the given age; who is born on 29 February is a year older on 1 March of a common year. */
function birthday (birthDate, age) {
  const [year, month, day] = birthDate.split ('-').map (Number);
  return Date.UTC (year + age, month - 1, day) / 86400000;   // 29 February of a common year is 1 March
}

/** The days on which the age lies between two values, both included; empty text leaves an end open. */
function daysOfAge (facts, low, high) {
  return union (...facts.filter (({ kind }) => kind === KIND.BIRTH_DATE).map (({ value, from, to }) => {
    const begin = low === '' ? -Infinity : birthday (value, Number (low));
    const end = high === '' ? Infinity : birthday (value, Number (high) + 1);
    const born = dayOf (value);
    return intersection ([[from, to]], intersection ([[begin, end]], [[born, Infinity]]));
  }));
}

function comparison (facts, node) {
  const { op, field, values } = node;
  if (field === FIELD.AGE) {
    const ranges = op === OP.BETWEEN ? [values] : values.map (value => [value, value]);
    return union (...ranges.map (([low, high]) => daysOfAge (facts, low, high)));
  }
  const kind = KIND_OF_FIELD[field];
  const holds = op === OP.BETWEEN
    ? value => (values[0] === '' || value >= values[0]) && (values[1] === '' || value <= values[1])
    : value => values.includes (value);
  return daysOf (facts, fact => fact.kind === kind && holds (fact.value));
}

/** The days on which the node at `at` holds; `organ` carries the rule. Returns [days, position after it]. */
function evaluate (nodes, at, facts, organ) {
  const node = nodes[at];
  if (node.op > OP.NOT) {
    return [condition (node, facts, organ), at + 1];
  }
  const parts = [];
  let next = at + 1;
  for (let i = 0; i < node.operands; i++) {
    const [days, after] = evaluate (nodes, next, facts, organ);
    parts.push (days);
    next = after;
  }
  switch (node.op) {
    case OP.ALL: return [parts.reduce (intersection), next];
    case OP.ANY: return [union (...parts), next];
    default: return [complement (parts[0]), next];
  }
}

function condition (node, facts, organ) {
  const { op, values } = node;
  switch (op) {
    case OP.SUBSCRIPTION:
      return daysOf (facts, ({ kind, value }) => kind === KIND.SUBSCRIPTION && value === values[0]);
    case OP.ADMITTED:
      return daysOf (facts, fact => fact.kind === KIND.ADMISSION && fact.organ === organ
        && (values.length === 0 || values.includes (fact.value)));
    case OP.POSITION:
      return daysOf (facts, ({ kind, value }) => kind === KIND.POSITION
        && (values.length === 0 || values.includes (value)));
    case OP.EQUALS: case OP.IN: case OP.BETWEEN:
      return comparison (facts, node);
    default:
      throw new Error (`unknown operation ${op}`);
  }
}

/** The days on which some version is in force, and the rest: the same for everybody, so worked out once. */
const IN_FORCE = new WeakMap ();

function inForceOf (versions) {
  let days = IN_FORCE.get (versions);
  if (days === undefined) {
    const inForce = setOf (versions.filter (({ nodes }) => nodes.length > 0).map (({ from, to }) => [from, to]));
    days = { inForce, free: complement (inForce) };
    IN_FORCE.set (versions, days);
  }
  return days;
}

/** The days on which some version is in force, and those on which the version in force holds. */
function judge (versions, facts, organ) {
  const { inForce, free } = inForceOf (versions);
  const holds = union (...versions.filter (({ nodes }) => nodes.length > 0).map (({ from, to, nodes }) =>
    intersection ([[from, to]], evaluate (nodes, 0, facts, organ)[0])));
  return { inForce, free, holds };
}

/** The days on which rules with these versions let the person through: a missing rule asks nothing. */
const allowed = ({ free, holds }) => (holds.length === 0 ? free : union (free, holds));

/** Adds days to what is known of (organ, type). */
function note (found, organ, type, origin, days) {
  if (days.length > 0) {
    const key = `${organ} ${type}`;
    if (!found.has (key)) {
      found.set (key, { organ, type, [ORIGIN.RULE]: NEVER, [ORIGIN.BELOW]: NEVER });
    }
    const entry = found.get (key);
    entry[origin] = union (entry[origin], days);
  }
}

/** `judge` for an organ's general rule, which is the same for every type: remembered for the person at hand. */
function judgeGeneral (known, organ, facts, organId) {
  if (!known.has (organId)) {
    known.set (organId, judge (organ.general, facts, organId));
  }
  return known.get (organId);
}

/** The days on which the person is a member of the organ, as the type, among the days `above` lets through. */
function visit (world, facts, organId, type, above, found, known) {
  const organ = world.organs.get (organId);
  const open = intersection (above, organ.lives);
  if (open.length === 0) {
    return NEVER;
  }
  const general = judgeGeneral (known, organ, facts, organId);
  const typed = judge (organ.typed.get (type) ?? NO_VERSIONS, facts, organId);
  const eligible = intersection (open, intersection (allowed (general), allowed (typed)));
  if (eligible.length === 0) {
    return NEVER;
  }
  const own = intersection (eligible, union (general.inForce, typed.inForce));
  const below = union (...organ.children.map (({ organ: child, from, to }) =>
    visit (world, facts, child, type, intersection (eligible, [[from, to]]), found, known)));
  note (found, organId, type, ORIGIN.RULE, own);
  note (found, organId, type, ORIGIN.BELOW, difference (below, own));
  return union (own, below);
}

/**
 * Everything a person with these facts is a member of: a list of {organ, type, periods, origins}, periods being the
 * maximal runs of days, origins the days by origin.
 */
export function memberships (world, facts) {
  const found = new Map ();
  const known = new Map ();
  for (const { root, types } of world.organisations) {
    for (const { type, versions } of types) {
      const recognised = judge (versions, facts, root).holds;
      visit (world, facts, root, type, recognised, found, known);
    }
  }
  return [...found.values ()].map (({ organ, type, ...origins }) => {
    // An organ that stood under two parents was visited twice; a day it holds by its own rule is not one from below.
    const own = origins[ORIGIN.RULE];
    const below = difference (origins[ORIGIN.BELOW], own);
    return { organ, type, periods: union (own, below), origins: { [ORIGIN.RULE]: own, [ORIGIN.BELOW]: below } };
  });
}
