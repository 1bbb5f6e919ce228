// Members of an organ, and the reason of each.
import type { members as english } from '../en/members';
import type { Translation } from '../messages';

export const members: Translation<typeof english> = {
  'members.filter': 'Rajaa nimellä tai numerolla',
  'members.type': 'Laji',
  'members.allTypes': 'Kaikki lajit',
  'members.on': 'Päivänä',
  'members.since': 'Jäsen',
  'members.why': 'Miksi?',
  'members.whyOf': 'Miksi {name} on jäsen?',
  'members.csv': 'Lataa CSV:nä',
  'members.caption': 'Jäsenet: {name}',
  'members.nothing': 'Yksikään jäsen ei vastaa rajauksia.',
  'members.empty': 'Tällä elimellä ei ole jäseniä tänä päivänä',
  'members.empty.rule': 'Kukaan ei täytä sen ja yläpuolisten elinten sääntöjä.',
  'members.empty.noRule': 'Sillä ei ole omaa sääntöä, eikä sen alla olevilla elimillä ole jäseniä.',

  'origin.MEMBERSHIP_ORIGIN_RULE': 'tämän elimen sääntöjen mukaan',
  'origin.MEMBERSHIP_ORIGIN_EXCEPTION': 'poikkeuksena',
  'origin.MEMBERSHIP_ORIGIN_BELOW': 'alemman elimen jäsenenä',
  'explain.title': 'Miksi?',
  'explain.titleOf': 'Miksi? {name}',
  'explain.member': 'On jäsen',
  'explain.notMember': 'Ei ole jäsen',
  'explain.holds': 'Kyllä',
  'explain.fails': 'Ei',
  'explain.all': 'kaikki nämä',
  'explain.any': 'jokin näistä',
  'explain.type': 'Jäsenlajin sääntö',
  'explain.noType': 'Mikään sääntö ei tunnista tätä jäsenlajia sinä päivänä',
  'explain.organ': 'Säännöt: {name}',
  'explain.ruleSince': 'sääntö voimassa {from} alkaen',
  'explain.through': 'Jäsenenä, koska kuuluu elimeen {name}',
  'explain.card': 'Avaa kortti: {name}',

  'explain.other': 'Kysy toisesta elimestä tai päivästä',
  'explain.anyType': 'sopiva tyyppi',
  'explain.known': 'Sellaisena kuin tiedettiin',
  'explain.onDay': 'päivänä {day}',
  'explain.asKnown': 'kuten tiedettiin {day}',
  'explain.whyNot': 'Miksi ei jäsen: …?',
};
