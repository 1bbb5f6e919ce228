// Members of an organ, and the reason of each.
import type { members as english } from '../en/members';
import type { Translation } from '../messages';

export const members: Translation<typeof english> = {
  'members.filter': 'Begränsa med namn eller nummer',
  'members.type': 'Kategori',
  'members.allTypes': 'Alla kategorier',
  'members.on': 'På dagen',
  'members.since': 'Medlem',
  'members.why': 'Varför?',
  'members.whyOf': 'Varför är {name} medlem?',
  'members.csv': 'Ladda ner som CSV',
  'members.caption': 'Medlemmar i {name}',
  'members.nothing': 'Ingen medlem motsvarar begränsningarna.',
  'members.empty': 'Organet har inga medlemmar denna dag',
  'members.empty.rule': 'Ingen uppfyller dess regler och reglerna i organen ovanför.',
  'members.empty.noRule': 'Det har ingen egen regel och inget organ under det har medlemmar.',

  'origin.MEMBERSHIP_ORIGIN_RULE': 'enligt organets regler',
  'origin.MEMBERSHIP_ORIGIN_EXCEPTION': 'som undantag',
  'origin.MEMBERSHIP_ORIGIN_BELOW': 'som medlem i ett organ nedanför',
  'explain.title': 'Varför?',
  'explain.titleOf': 'Varför? {name}',
  'explain.member': 'Är medlem',
  'explain.notMember': 'Är inte medlem',
  'explain.holds': 'Ja',
  'explain.fails': 'Nej',
  'explain.all': 'alla dessa',
  'explain.any': 'någon av dessa',
  'explain.type': 'Medlemskategorins regel',
  'explain.noType': 'Ingen regel känner igen medlemskategorin den dagen',
  'explain.organ': 'Reglerna för {name}',
  'explain.ruleSince': 'regeln gäller sedan {from}',
  'explain.through': 'Medlem genom {name}',
  'explain.card': 'Öppna kortet för {name}',

  'explain.other': 'Fråga om ett annat organ eller en annan dag',
  'explain.anyType': 'den typ som passar',
  'explain.known': 'Som det var känt',
  'explain.onDay': 'den {day}',
  'explain.asKnown': 'som känt den {day}',
  'explain.whyNot': 'Varför inte medlem i …?',
};
