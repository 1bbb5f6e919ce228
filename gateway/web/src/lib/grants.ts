// The rights of a person, gathered by where they come from. Pure.
import type { PersonRight } from '../api/types';

export interface Grant extends Omit<PersonRight, 'right'> {
  rights: string[];
}

/** One entry for each position at an organ and action, with all that it gives; in the order of the list. */
export function grantsOf(list: PersonRight[]): Grant[] {
  const grants = new Map<string, Grant>();
  for (const { right, ...ground } of list) {
    const key = [ground.organId, ground.actionId, ground.position, ground.validFrom].join(' ');
    const known = grants.get(key);
    if (known) known.rights.push(right);
    else grants.set(key, { ...ground, rights: [right] });
  }
  return [...grants.values()];
}
