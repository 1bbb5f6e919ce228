// The frame, and what every page uses.
import type { frame as english } from '../en/frame';
import type { Translation } from '../messages';

export const frame: Translation<typeof english> = {
  'nav.label': 'Hoofdmenu',
  'nav.organs': 'Organisaties',
  'nav.persons': 'Personen',
  'nav.imports': 'Imports',
  'nav.runs': 'Runs',
  'nav.status': 'Toestand van het systeem',
  'nav.api': 'Beschrijving van de API',
  'nav.language': 'Taal',
  'nav.skip': 'Naar de inhoud',
  'nav.path': 'De weg hierheen',

  'common.loading': 'Laden …',
  'common.retry': 'Opnieuw proberen',
  'common.close': 'Sluiten',
  'common.cancel': 'Annuleren',
  'common.undo': 'Ongedaan maken',
  'common.dismiss': 'Verbergen',
  'common.remove': 'Verwijderen',
  'common.save': 'Opslaan',
  'common.more': 'Meer tonen',
  'common.unknown': 'niet bekend',
  'common.table': 'Tabel',
  'date.open': 'Kalender openen',

  'problem.title': 'Dat is niet gelukt.',
  'problem.later': 'Nu even niet beschikbaar.',
  'problem.form': 'Controleer deze velden:',
  'problem.offline': 'Er is geen verbinding. Wat u ziet kan oud zijn; niets wat u opsloeg is verloren.',
  'problem.unavailable': 'De dienst is druk of start opnieuw. Probeer het over een ogenblik opnieuw.',
  'problem.unknown': 'Er gebeurde iets onverwachts.',
  'problem.trace': 'Voor ondersteuning: {id}',
  'crashed.title': 'Deze pagina kon niet worden getoond',
  'crashed.text':
    'Er ging iets mis in de toepassing. Uw gegevens zijn veilig. Probeer het opnieuw of open een andere pagina.',
  'missing.title': 'Op dit adres is niets',
  'missing.text': 'De link is misschien oud, of er ontbreekt een deel.',

  'period.always': 'altijd',
  'period.since': 'sinds {from}',
  'period.until': 'tot en met {to}',
  'period.between': '{from} – {to}',
  'period.column': 'Wanneer',
  'sort.by': 'Sorteren op: {name}',
  'pager.label': 'Pagina’s',
  'pager.previous': 'Vorige',
  'pager.next': 'Volgende',

  'search.label': 'Persoon zoeken',
  'search.placeholder': 'Naam, nummer of e-mail',
  'search.found': { one: '{count} gevonden', other: '{count} gevonden' },
  'search.incomplete': 'meer dan 10.000 gevonden: typ verder, Enter toont alle',
  'search.more': 'Enter toont alle',

  'period.from': 'Eerste dag',
  'period.firstDayAfter': 'Eerste dag niet meer',
  'period.future': 'komend',
  'period.over': 'beëindigd',
  'common.add': 'Toevoegen',

  'conflict.title': 'Iemand anders was sneller.',
  'conflict.text': 'Deze velden zijn gewijzigd terwijl u schreef:',
  'conflict.elsewhere': 'De kaart is elders gewijzigd; de velden die u ziet zijn gelijk gebleven.',
  'conflict.theirs': 'Nu vastgelegd',
  'conflict.mine': 'Wat u schreef',
  'conflict.useMine': 'Het mijne opslaan',
  'conflict.useTheirs': 'Het hunne behouden',

  'nav.jubilees': 'Jubilea',
  'nav.areas': 'Gebiedswijzigingen',

  'actor.automatic': 'automatisch',
  'actor.local': 'ledenadministrateur',
  'actor.registrar': 'ledenadministrateur',
  'actor.anonymous': 'ledenadministrateur',

  'nav.plans': 'Plannen',
  'day.legend': 'De getoonde dag',
  'day.shown': 'Op de dag',
  'day.slider': 'Door de tijd',
  'day.today': 'Vandaag',
  'chips.remove': '{value} verwijderen',

  'nav.reports': 'Rapporten',
};
