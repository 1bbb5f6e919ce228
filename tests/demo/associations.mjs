// The local associations of the scout organisation: how many in which municipality, in which town, with which
// name, and which one a person joins.
import { DISTRICTS, SWEDISH_DISTRICT } from './municipalities.mjs';
import { associationNames } from './names.mjs';
import { Random, Weighted } from './random.mjs';

export const ASSOCIATIONS = 750;
const SWEDISH_ASSOCIATIONS = 64;
const NEAREST = 5;
const NEARNESS = [10, 5, 3, 2, 1];
const FARTHER = 2000;

/** Shares `count` out by weight (largest remainders), so that the sum is exact. */
export function apportion (count, weights) {
  const total = weights.reduce ((sum, weight) => sum + weight, 0);
  const exact = weights.map (weight => (count * weight) / total);
  const shares = exact.map (Math.floor);
  const rest = count - shares.reduce ((sum, share) => sum + share, 0);
  exact.map ((share, i) => ({ i, remainder: share - shares[i] }))
    .sort ((a, b) => b.remainder - a.remainder || a.i - b.i)
    .slice (0, rest)
    .forEach (({ i }) => shares[i]++);
  return shares;
}

function found (random, municipality, language, nameOf) {
  const { homes } = municipality;
  const home = new Weighted (homes, homes.map (place => place.residents)).pick (random);
  const town = language === 'sv' ? home.town_sv : home.town;
  return {
    language,
    home,
    district: language === 'sv' ? SWEDISH_DISTRICT : municipality.district,
    name: `${nameOf ()}, ${town}`,
    founded: `${random.between (1917, 2012)}-${String (random.between (1, 12)).padStart (2, '0')}-01`,
    size: 0.4 + random.float () + random.float () ** 4 * 2,
  };
}

/** All associations, numbered within their district from south to north as postal codes go. */
export function buildAssociations (country, seed) {
  const random = new Random (seed, 'associations');
  const associations = [];
  for (const [language, count, share] of [
    ['fi', ASSOCIATIONS - SWEDISH_ASSOCIATIONS, municipality => 1 - municipality.swedishShare],
    ['sv', SWEDISH_ASSOCIATIONS, municipality => municipality.swedishShare],
  ]) {
    const names = associationNames (random, language);
    let taken = 0;
    const nameOf = () => names[taken++ % names.length];
    const weights = country.municipalities.map (municipality =>
      share (municipality) < 0.01 ? 0 : (municipality.residents * share (municipality)) ** 0.9);
    apportion (count, weights).forEach ((number, i) => {
      for (let k = 0; k < number; k++) {
        associations.push (found (random, country.municipalities[i], language, nameOf));
      }
    });
  }
  for (const { code } of DISTRICTS) {
    associations.filter (association => association.district === code)
      .sort ((a, b) => (`${a.home.postal_code} ${a.name}` < `${b.home.postal_code} ${b.name}` ? -1 : 1))
      .forEach ((association, i) => {
        association.code = `${code}-${String (i + 1).padStart (3, '0')}`;
      });
  }
  return associations.sort ((a, b) => (a.code < b.code ? -1 : 1));
}

/** Finds the association that somebody joins: one of the nearest of the own language, as postal codes go. */
export class Neighbourhood {
  constructor (associations) {
    this.associations = associations;
    this.choices = new Map ();
  }

  /** Draws an association for a home and a language. */
  join (random, home, language) {
    const key = `${home.postal_code}/${language}`;
    let choice = this.choices.get (key);
    if (choice === undefined) {
      choice = this.#choiceFor (home, language);
      this.choices.set (key, choice);
    }
    return choice.pick (random);
  }

  #choiceFor (home, language) {
    const number = Number (home.postal_code);
    const distance = ({ home: other }) => Math.abs (Number (other.postal_code) - number)
      + (other.municipality === home.municipality ? 0 : 5000) + (other.province === home.province ? 0 : 20000);
    const nearest = this.associations
      .filter (association => association.language === language)
      .map (association => ({ association, distance: distance (association) }))
      .sort ((a, b) => a.distance - b.distance || (a.association.code < b.association.code ? -1 : 1))
      .slice (0, NEAREST)
      .filter (({ distance }, i, list) => distance <= list[0].distance + FARTHER);
    return new Weighted (nearest.map (({ association }) => association),
      nearest.map (({ association }, i) => NEARNESS[i] * association.size));
  }
}
