// The frame, and what every page uses.
import type { frame as english } from '../en/frame';
import type { Translation } from '../messages';

export const frame: Translation<typeof english> = {
  'nav.label': 'Huvudmeny',
  'nav.organs': 'Organisationer',
  'nav.persons': 'Personer',
  'nav.imports': 'Importer',
  'nav.runs': 'Körningar',
  'nav.status': 'Systemets läge',
  'nav.api': 'Gränssnittets beskrivning',
  'nav.language': 'Språk',
  'nav.skip': 'Gå till innehållet',
  'nav.path': 'Vägen hit',

  'common.loading': 'Läser in …',
  'common.retry': 'Försök igen',
  'common.close': 'Stäng',
  'common.cancel': 'Avbryt',
  'common.undo': 'Ångra',
  'common.dismiss': 'Dölj',
  'common.remove': 'Ta bort',
  'common.save': 'Spara',
  'common.more': 'Visa fler',
  'common.unknown': 'inte känt',
  'common.table': 'Tabell',
  'date.open': 'Öppna kalendern',

  'problem.title': 'Det gick inte.',
  'problem.later': 'Inte tillgängligt just nu.',
  'problem.form': 'Kontrollera dessa fält:',
  'problem.offline':
    'Det finns ingen förbindelse. Det du ser kan vara gammalt; inget du sparat har gått förlorat.',
  'problem.unavailable': 'Tjänsten är upptagen eller startar om. Försök igen om en stund.',
  'problem.unknown': 'Något oväntat hände.',
  'problem.trace': 'För supporten: {id}',
  'crashed.title': 'Sidan kunde inte visas',
  'crashed.text':
    'Något i programmet gick fel. Dina uppgifter är i behåll. Försök igen eller öppna en annan sida.',
  'missing.title': 'Det finns inget på den här adressen',
  'missing.text': 'Länken kan vara gammal, eller så saknas en del av den.',

  'period.always': 'alltid',
  'period.since': 'sedan {from}',
  'period.until': 'till {to}',
  'period.between': '{from} – {to}',
  'period.column': 'När',
  'sort.by': 'Sortera efter: {name}',
  'pager.label': 'Sidor',
  'pager.previous': 'Föregående',
  'pager.next': 'Nästa',

  'search.label': 'Sök en person',
  'search.placeholder': 'Namn, nummer eller e-post',
  'search.found': { one: '{count} hittades', other: '{count} hittades' },
  'search.incomplete': 'över 10 000 träffar: skriv mer, Enter visar alla',
  'search.more': 'Enter visar alla',

  'period.from': 'Första dag',
  'period.firstDayAfter': 'Första dag inte längre',
  'period.future': 'kommande',
  'period.over': 'avslutad',
  'common.add': 'Lägg till',

  'conflict.title': 'Någon annan hann före.',
  'conflict.text': 'Dessa fält ändrades medan du skrev:',
  'conflict.elsewhere': 'Kortet ändrades på annat håll; fälten du ser är desamma.',
  'conflict.theirs': 'Nu registrerat',
  'conflict.mine': 'Vad du skrev',
  'conflict.useMine': 'Spara mitt',
  'conflict.useTheirs': 'Behåll deras',

  'nav.jubilees': 'Jubileer',
  'nav.areas': 'Områdesändringar',

  'actor.automatic': 'automatiskt',
  'actor.local': 'medlemsregisteransvarig',
  'actor.registrar': 'medlemsregisteransvarig',
  'actor.anonymous': 'medlemsregisteransvarig',

  'nav.plans': 'Planer',
  'day.legend': 'Dagen som visas',
  'day.shown': 'På dagen',
  'day.slider': 'Genom tiden',
  'day.today': 'I dag',
  'chips.remove': 'Ta bort {value}',

  'nav.reports': 'Rapporter',
};
