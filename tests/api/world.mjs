// What several tests need: an organisation with two organs, a person. Each call makes new ones.
import { must, unique } from './contract.mjs';

export const FOUNDED = '1990-01-01';

/** Those who subscribe to "Member" and are admitted to the organ belong to it. */
export const ADMITTED = [{ op: 'RULE_OP_ADMITTED' }];

export async function makeOrganisation (more = {}) {
  const code = unique ('org');
  return must ('POST', '/v1/organisations', {
    json: { code, name: `Organisation ${code}`, policy: 'DATING_POLICY_ATTRIBUTE_DATED', validFrom: FOUNDED, ...more },
  });
}

export async function makeOrgan (organisation, { parent, rule, ...more } = {}) {
  const code = unique ('organ');
  return must ('POST', '/v1/organs', {
    json: {
      organ: {
        organisationId: organisation.organisationId, code, name: `Organ ${code}`, validFrom: FOUNDED,
        parentId: parent?.organId ?? organisation.organisationId, ...more,
      },
      ...(rule ? { rule } : {}),
    },
  });
}

export async function makePerson (more = {}) {
  return must ('POST', '/v1/persons', {
    json: { givenName: 'Testi', familyName: unique ('Henkilö'), birthDate: '2010-05-17', language: 'fi', ...more },
  });
}

export async function makeFact (person, fact) {
  return must ('POST', `/v1/persons/${person.personId}/facts`, { json: { validFrom: '2020-01-01', ...fact } });
}

/**
 * A federation in small: an organisation, which is its own root organ, with a type for its subscribers, an organ, one
 * below that admits people, and one person who belongs there.
 */
export async function makeWorld () {
  const organisation = await makeOrganisation ();
  const type = await must ('POST', `/v1/organisations/${organisation.organisationId}/types`, {
    json: { code: unique ('type'), name: 'Member', rule: [{ op: 'RULE_OP_SUBSCRIPTION', values: ['Member'] }] },
  });
  const top = await makeOrgan (organisation);
  const group = await makeOrgan (organisation, { parent: top, rule: ADMITTED });
  const person = await makePerson ();
  const subscription = await makeFact (person, { kind: 'FACT_KIND_SUBSCRIPTION', value: 'Member' });
  const admission = await makeFact (person, { kind: 'FACT_KIND_ADMISSION', organId: group.organId });
  return { organisation, type, top, group, person, subscription, admission };
}

let places = 0;

/** A postal code of its own, in the municipality Vanha, and somebody who has lived there since 2020. */
export async function makePlace (more = {}) {
  places += 1;
  const code = `T${process.pid.toString (36)}${Date.now ().toString (36)}${places}`.slice (-14).toUpperCase ();
  const place = { country: 'FI', postalCode: code, town: 'Kylä', municipality: 'Vanha', province: 'Maakunta', ...more };
  await must ('POST', '/v1/places:import', { json: { places: [place] } });
  const person = await makePerson ({ address: { street: 'Raitti 1', postalCode: code, country: 'FI', validFrom: '2020-01-01' } });
  return { code, person };
}
