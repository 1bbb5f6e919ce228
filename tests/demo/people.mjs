// The people: households one after another, each complete before the next begins, so that half a million need
// no more memory than one. A household is a family (guardians, then their children), an adult scout or a
// supporter.
import { ageOn, dateOf, isoOf } from './calendar.mjs';
import { IdentityCodes } from './identity-code.mjs';
import { FAMILY_NAMES, GIVEN_NAMES, plainLetters, streetAddress } from './names.mjs';
import { Random, Weighted } from './random.mjs';
import { Neighbourhood } from './associations.mjs';

export const COLUMNS = [
  'key', 'given_name', 'family_name', 'birth_date', 'personal_identity_code', 'language', 'email', 'phone',
  'street', 'postal_code', 'town', 'country', 'family', 'guardian_keys', 'subscription', 'subscription_from',
  'organ_code', 'admitted_from', 'member_type', 'position', 'position_from',
];

/** The positions that every local association fills, in the order of need. */
export const OFFICES = ['group leader', 'registrar', 'secretary', 'treasurer'];

const MEMBER = 'Member';
const SUPPORTER = 'Supporter';
const DAYS_A_YEAR = 365.25;
const KIND = new Weighted (['family', 'adult', 'supporter'], [60, 32, 8]);
const CHILDREN = new Weighted ([1, 2, 3, 4], [56, 33, 9, 2]);
const CHILD_AGE = new Weighted (
  [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  [2, 3, 4, 11, 13, 14, 13, 12, 11, 9, 8, 6, 5, 4]);
const ADULT_AGE = new Weighted ([[18, 24], [25, 34], [35, 49], [50, 64], [65, 85]], [34, 22, 20, 16, 8]);
const DOMAINS = ['example.org', 'example.com', 'example.net'];
const FORMER_FAMILY_NAME = 0.2;
const HAS_IDENTITY_CODE = 0.7;

function homesOf (country) {
  const homes = country.municipalities.flatMap (({ homes }) => homes);
  return new Weighted (homes, homes.map (home => home.residents));
}

/** Makes the rows of people.csv. */
export class People {
  constructor ({ country, associations, seed, today }) {
    this.today = today;
    this.random = new Random (seed, 'people');
    this.codes = new IdentityCodes ();
    this.homes = homesOf (country);
    this.neighbourhood = new Neighbourhood (associations);
    this.vacancies = OFFICES.flatMap (position => this.random.shuffle (
      associations.map (association => ({ association, position }))));
    this.filled = 0;
    this.keys = 0;
    this.families = 0;
  }

  /** Exactly `count` rows, guardians before their children. */
  * rows (count) {
    for (let left = count; left > 0;) {
      const household = this.#household (left);
      yield * household;
      left -= household.length;
    }
  }

  #household (most) {
    const kind = KIND.pick (this.random);
    if (kind === 'family' && most >= 2) {
      return this.#family (most);
    }
    return [kind === 'supporter' ? this.#supporter () : this.#adult ()];
  }

  #family (most) {
    const random = this.random;
    const home = this.homes.pick (random);
    const household = this.#householdAt (home, this.#languageAt (home));
    household.family = `F${String (++this.families).padStart (7, '0')}`;
    const guardianCount = most >= 3 && random.chance (0.8) ? 2 : 1;
    const childCount = Math.min (CHILDREN.pick (random), most - guardianCount);
    const ages = Array.from ({ length: childCount }, () => CHILD_AGE.pick (random))
      .sort ((a, b) => b - a);
    const guardians = [];
    for (let i = 0; i < guardianCount; i++) {
      guardians.push (this.#guardian (household, ages[0], i));
    }
    household.guardianKeys = guardians.map (({ key }) => key).join (' ');
    const children = ages.map (age => this.#child (household, age));
    this.#setMemberTypes ([...guardians, ...children]);
    return [...guardians, ...children];
  }

  #guardian (household, eldest, order) {
    const random = this.random;
    const difference = 22 + Math.floor ((random.float () + random.float ()) * 10);
    const age = Math.min (60, Math.max (28, eldest + difference));
    const sex = (order === 0) === random.chance (0.85) ? 'female' : 'male';
    const person = this.#person (household, { age, sex, generation: 'adult' });
    if (order === 1 && random.chance (FORMER_FAMILY_NAME)) {
      person.family_name = random.pickEarly (FAMILY_NAMES[household.language]);
      person.email = this.#email (person);
    }
    if (random.chance (0.08)) {
      this.#admit (person, household.association, random.chance (0.75) ? MEMBER : SUPPORTER);
      if (person.subscription === MEMBER && random.chance (0.4)) {
        this.#appoint (person, 'age section leader');
      }
    }
    return person;
  }

  #child (household, age) {
    const random = this.random;
    const sex = random.chance (0.55) ? 'female' : 'male';
    const person = this.#person (household, { age, sex, generation: 'child' });
    person.guardian_keys = household.guardianKeys;
    if (age < 13) {
      person.email = '';
      person.phone = '';
    }
    this.#admit (person, household.association, MEMBER);
    if (age >= 15 && random.chance (0.2)) {
      this.#appoint (person, 'patrol leader');
    }
    return person;
  }

  #adult () {
    const random = this.random;
    const vacancy = this.vacancies[this.filled];
    const home = vacancy ? vacancy.association.home : this.homes.pick (random);
    const language = vacancy ? vacancy.association.language : this.#languageAt (home);
    const household = this.#householdAt (home, language, vacancy?.association);
    const [low, high] = ADULT_AGE.pick (random);
    const person = this.#single (household, random.between (low, high));
    this.#admit (person, household.association, MEMBER);
    if (vacancy) {
      this.filled++;
      this.#appoint (person, vacancy.position);
    } else if (random.chance (0.3)) {
      this.#appoint (person, 'age section leader');
    }
    return person;
  }

  #supporter () {
    const home = this.homes.pick (this.random);
    const household = this.#householdAt (home, this.#languageAt (home));
    const person = this.#single (household, this.random.between (30, 85));
    this.#admit (person, household.association, SUPPORTER);
    return person;
  }

  #single (household, age) {
    const sex = this.random.chance (0.53) ? 'female' : 'male';
    return this.#person (household, { age, sex, generation: age < 25 ? 'child' : 'adult' });
  }

  #languageAt (home) {
    return this.random.chance (home.municipalityInfo.swedishShare) ? 'sv' : 'fi';
  }

  #householdAt (home, language, association = this.neighbourhood.join (this.random, home, language)) {
    return {
      home,
      language,
      association,
      name: this.random.pickEarly (FAMILY_NAMES[language]),
      street: streetAddress (this.random, language),
      family: '',
      guardianKeys: '',
    };
  }

  #person (household, { age, sex, generation }) {
    const random = this.random;
    const born = this.#birthDay (age);
    const person = {
      born,
      key: `P${String (++this.keys).padStart (7, '0')}`,
      given_name: random.pickEarly (GIVEN_NAMES[household.language][sex][generation]),
      family_name: household.name,
      birth_date: isoOf (born),
      personal_identity_code: random.chance (HAS_IDENTITY_CODE) ? this.codes.next (born, sex) : '',
      language: household.language,
      phone: `+35850${random.between (1000000, 9999999)}`,
      street: household.street,
      postal_code: household.home.postal_code,
      town: household.home.town,
      country: household.home.country,
      family: household.family,
    };
    person.email = this.#email (person);
    return person;
  }

  /** A birthday of somebody who is `age` years old today. */
  #birthDay (age) {
    let born = this.today - Math.floor ((age + this.random.float ()) * DAYS_A_YEAR);
    for (; ageOn (born, this.today) < age; born--);
    for (; ageOn (born, this.today) > age; born++);
    return born;
  }

  #email ({ key, given_name, family_name }) {
    const name = `${plainLetters (given_name)}.${plainLetters (family_name)}`;
    return `${name}.${Number (key.slice (1))}@${this.random.pick (DOMAINS)}`;
  }

  #admit (person, association, subscription) {
    const from = this.#joiningDay (person.born, association);
    person.subscription = subscription;
    person.subscription_from = from;
    person.organ_code = association.code;
    person.admitted_from = from;
    person.member_type = '1';
  }

  /** Most people joined a few years ago and in autumn, nobody before the age of four. */
  #joiningDay (born, association) {
    const random = this.random;
    const earliest = Math.max (born + Math.ceil (4 * DAYS_A_YEAR), this.today - 40 * 365);
    const years = Math.max (0, (this.today - earliest) / DAYS_A_YEAR);
    const day = this.today - Math.floor (random.float () ** 2 * years * DAYS_A_YEAR);
    const autumn = `${dateOf (day).year}-09-${String (random.between (1, 30)).padStart (2, '0')}`;
    const possible = autumn >= isoOf (earliest) && autumn <= isoOf (this.today);
    const chosen = random.chance (0.6) && possible ? autumn : isoOf (day);
    return chosen < association.founded ? association.founded : chosen;
  }

  #appoint (person, position) {
    const ofAge = person.born + Math.ceil (15 * DAYS_A_YEAR);
    const since = isoOf (Math.max (this.today - this.random.below (4 * 365), ofAge));
    person.position = position;
    person.position_from = since < person.admitted_from ? person.admitted_from : since;
  }

  /**
   * 1: aged 17 or more, or the first scout of the family aged 7 or more; 2: aged 7 to 16 beside a type 1; 3:
   * younger.
   */
  #setMemberTypes (family) {
    const scouts = family.filter (({ member_type }) => member_type !== undefined);
    const age = ({ born }) => ageOn (born, this.today);
    let first = scouts.some (person => age (person) >= 17);
    for (const person of scouts) {
      if (age (person) >= 17) {
        person.member_type = '1';
      } else if (age (person) < 7) {
        person.member_type = '3';
      } else {
        person.member_type = first ? '2' : '1';
        first = true;
      }
    }
  }
}
