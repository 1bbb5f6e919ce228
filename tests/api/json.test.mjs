// JSON that no honest client sends: each is answered with its own reason, and nothing is stored.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, must, unique } from './contract.mjs';

const name = unique ('Bad');
const person = more => `{"givenName":"Testi","familyName":"${name}"${more}}`;
const bytes = (...parts) => Buffer.concat (parts.map (part => Buffer.from (part)));

const CASES = [
  ['nothing', '', 'REQUIRED'],
  ['white space', ' \n\t', 'EMPTY_BODY'],
  ['an open object', '{"givenName":', 'INVALID_JSON'],
  ['a comment', person (',"email":/* none */""'), 'INVALID_JSON'],
  ['a trailing comma', person (','), 'INVALID_JSON'],
  ['something behind the end', `${person ('')} {}`, 'INVALID_JSON'],
  ['a byte order mark', `\ufeff${person ('')}`, 'INVALID_JSON'],
  ['single quotes', `{'givenName':'Testi'}`, 'INVALID_JSON'],
  ['NaN', person (',"key":NaN'), 'INVALID_JSON'],
  ['an array', '[]', 'NOT_AN_OBJECT'],
  ['a string', '"person"', 'NOT_AN_OBJECT'],
  ['null', 'null', 'NOT_AN_OBJECT'],
  ['a number', '1', 'NOT_AN_OBJECT'],
  ['depth 1,000', `${'{"address":'.repeat (1000)}{}${'}'.repeat (1000)}`, 'TOO_DEEP'],
  ['depth 1,000 of arrays', `{"key":${'['.repeat (1000)}${']'.repeat (1000)}}`, 'TOO_DEEP'],
  ['a NUL byte', bytes (person (',"key":"a'), [0], person ('b"')), 'NUL_CHARACTER'],
  ['an escaped NUL', person (',"key":"a\\u0000b"'), 'NUL_CHARACTER'],
  ['a broken UTF-8 sequence', bytes (`{"givenName":"`, [0xc3, 0x28], '"}'), 'INVALID_UTF8'],
  ['an overlong UTF-8 sequence', bytes (`{"givenName":"`, [0xc0, 0xaf], '"}'), 'INVALID_UTF8'],
  ['a surrogate in UTF-8', bytes (`{"givenName":"`, [0xed, 0xa0, 0x80], '"}'), 'INVALID_UTF8'],
  ['UTF-16', Buffer.from (person (''), 'utf16le'), 'NUL_CHARACTER'],
  ['a doubled member', person (',"email":"a@example.org","email":"b@example.org"'), 'DUPLICATE_MEMBER'],
  ['a member in both spellings', person (',"birth_date":"2001-01-01","birthDate":"2001-01-01"'), 'DUPLICATE_MEMBER'],
  ['an unknown member', person (',"shoeSize":41'), 'UNKNOWN_FIELD'],
  ['an unknown member inside', person (',"address":{"planet":"Mars"}'), 'UNKNOWN_FIELD'],
  ['a number for a text', person (',"email":5'), 'WRONG_TYPE'],
  ['an object for a text', person (',"email":{}'), 'WRONG_TYPE'],
  ['a number beyond a double', person (',"email":1e999'), 'NUMBER_OUT_OF_RANGE'],
  ['a date that is none', person (',"birthDate":"2023-02-29"'), 'INVALID_DATE'],
  ['a date with a time', person (',"birthDate":"2023-02-28T00:00:00Z"'), 'INVALID_DATE'],
  ['an e-mail address that is none', person (',"email":"not an address"'), 'INVALID_EMAIL'],
  ['a language that nobody is served in', person (',"language":"tlh"'), 'INVALID_LANGUAGE'],
  ['a required member missing', '{"givenName":"Testi"}', 'REQUIRED'],
  ['a text too long', person (`,"key":"${'x'.repeat (100000)}"`), 'TOO_LONG'],
];

const count = async () => (await must ('GET', '/v1/persons:search', { query: { query: name } })).persons.length;
const post = body => call ('POST', '/v1/persons', { body, headers: { 'Content-Type': 'application/json' } });

/** The reasons an answer gives: the problem's own and those of its members. */
const reasonsOf = ({ body }) => [body.reason, ...(body.violations ?? []).map (({ reason }) => reason)];

describe ('bad JSON', () => {
  let before;
  beforeAll (async () => {
    before = await count ();
  });

  test.each (CASES) ('%s', async (_, body, reason) => {
    const answer = await post (body);
    expect (answer.status).toBe (400);
    expect (answer.type).toBe ('application/problem+json');
    expect (reasonsOf (answer)).toContain (reason);
  });

  test ('a violation names the member as the client wrote it', async () => {
    const { body } = await post (person (',"address":{"postalCode":5}'));
    expect (body.violations.map (({ field }) => field)).toContain ('address.postalCode');
  });

  test ('all wrong members are told at once', async () => {
    const { body } = await post (person (',"birthDate":"never","email":"nobody","language":"x"'));
    expect (body.violations.map (({ field }) => field).sort ()).toEqual (['birthDate', 'email', 'language']);
  });

  test ('numbers out of the range of their field', async () => {
    const rule = operands => call ('POST', '/v1/rules', {
      body: `{"nodes":[{"op":"RULE_OP_ALL","operands":${operands}}]}`, headers: { 'Content-Type': 'application/json' } });
    for (const [operands, reason] of [['1.5', 'NOT_AN_INTEGER'], ['-1', 'OUT_OF_RANGE'], ['99999999999999999999', 'NUMBER_OUT_OF_RANGE']]) {
      expect (reasonsOf (await rule (operands))).toContain (reason);
    }
  });

  test ('an enum value nobody knows', async () => {
    expect (reasonsOf (await call ('POST', '/v1/relations', { json: { kind: 'RELATION_KIND_PET' } }))).toContain ('UNKNOWN_VALUE');
  });

  test ('the value itself is not repeated: it may be personal', async () => {
    const answer = await post (person (',"email":"canary secret canary"'));
    expect (answer.text).not.toContain ('canary');
  });

  test ('a body that is too large', async () => {
    const answer = await post (person (`,"key":"${'x'.repeat (2 << 20)}"`));
    expect (answer.status).toBe (413);
  });

  test ('a body that is no JSON', async () => {
    const answer = await call ('POST', '/v1/persons', { body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    expect (answer.status).toBe (415);
  });

  afterAll (async () => {
    expect (await count ()).toBe (before);
  });
});

describe ('bad rules', () => {
  const CASES_OF_RULES = [
    ['an operator nobody knows', [{ op: 'RULE_OP_XOR' }]],
    ['an empty any', [{ op: 'RULE_OP_ANY', operands: 0 }]],
    ['operands that are not there', [{ op: 'RULE_OP_ALL', operands: 3 }, { op: 'RULE_OP_ADMITTED' }]],
    ['a field nobody knows', [{ op: 'RULE_OP_EQUALS', field: 'RULE_FIELD_SHOE_SIZE', values: ['41'] }]],
    ['a town nobody knows', [{ op: 'RULE_OP_EQUALS', field: 'RULE_FIELD_TOWN', values: ['Atlantis'] }]],
    ['no value', [{ op: 'RULE_OP_EQUALS', field: 'RULE_FIELD_TOWN' }]],
    ['an age that is none', [{ op: 'RULE_OP_BETWEEN', field: 'RULE_FIELD_AGE', values: ['old', 'older'] }]],
  ];

  test.each (CASES_OF_RULES) ('%s', async (_, rule) => {
    const { makeOrganisation } = await import ('./world.mjs');
    const organisation = await makeOrganisation ();
    const code = unique ('bad');
    const answer = await call ('POST', '/v1/organs', {
      json: { organ: { code, name: 'Bad', parentId: organisation.organisationId }, rule } });
    expect (answer.status).toBe (400);
    expect (answer.body.violations.length).toBeGreaterThan (0);
    const { organs } = await must ('GET', '/v1/organs', { query: { organisationId: organisation.organisationId } });
    expect (organs.map (organ => organ.code)).not.toContain (code);
  });
});
