// Members of an organ, and the reason of each.
import type { members as english } from '../en/members';
import type { Translation } from '../messages';

export const members: Translation<typeof english> = {
  'members.filter': 'Filteren op naam of nummer',
  'members.type': 'Type',
  'members.allTypes': 'Alle typen',
  'members.on': 'Op de dag',
  'members.since': 'Lid',
  'members.why': 'Waarom?',
  'members.whyOf': 'Waarom is {name} lid?',
  'members.csv': 'Downloaden als CSV',
  'members.caption': 'Leden van {name}',
  'members.nothing': 'Geen lid voldoet aan deze filters.',
  'members.empty': 'Dit orgaan heeft op deze dag geen leden',
  'members.empty.rule': 'Niemand voldoet aan zijn regels en die van de organen erboven.',
  'members.empty.noRule': 'Het heeft geen eigen regel en geen orgaan eronder heeft leden.',

  'origin.MEMBERSHIP_ORIGIN_RULE': 'volgens de regels van dit orgaan',
  'origin.MEMBERSHIP_ORIGIN_EXCEPTION': 'bij uitzondering',
  'origin.MEMBERSHIP_ORIGIN_BELOW': 'als lid van een onderliggend orgaan',
  'explain.title': 'Waarom?',
  'explain.titleOf': 'Waarom? {name}',
  'explain.member': 'Is lid',
  'explain.notMember': 'Is geen lid',
  'explain.holds': 'Ja',
  'explain.fails': 'Nee',
  'explain.all': 'al deze',
  'explain.any': 'één van deze',
  'explain.type': 'De regel van het lidmaatschapstype',
  'explain.noType': 'Geen regel herkent dit lidmaatschapstype op die dag',
  'explain.organ': 'De regels van {name}',
  'explain.ruleSince': 'regel geldig sinds {from}',
  'explain.through': 'Lid via {name}',
  'explain.card': 'Kaart van {name} openen',

  'explain.other': 'Naar een ander orgaan of een andere dag vragen',
  'explain.anyType': 'het type dat past',
  'explain.known': 'Zoals bekend op',
  'explain.onDay': 'op {day}',
  'explain.asKnown': 'zoals bekend op {day}',
  'explain.whyNot': 'Waarom geen lid van …?',
};
