// Reports, and what was recorded about an organ.
import type { reports as english } from '../en/reports';
import type { Translation } from '../messages';

export const reports: Translation<typeof english> = {
  'report.intro':
    'Hoeveel leden elk orgaan heeft, wie erbij kwam en wie vertrok. Elk getal leidt naar de mensen erachter.',
  'report.views': 'Welk rapport',
  'report.view.members': 'Leden op een dag',
  'report.view.changes': 'Erbij en vertrokken',
  'report.organisation': 'Organisatie',
  'report.organ': 'Alleen dit orgaan en wat eronder valt',
  'report.before': 'Ervoor',
  'report.after': 'Aan het eind',
  'report.joined': 'Erbij',
  'report.left': 'Vertrokken',
  'report.joined.on': 'Eerste dag',
  'report.left.on': 'Eerste dag zonder',
  'report.members.of': '{count} leden van {name}',
  'report.joined.of': '{count} erbij: {name}',
  'report.left.of': '{count} vertrokken: {name}',
  'report.none': 'Er valt niets te tellen',
  'report.none.text': 'Het orgaan bestaat niet op deze dag, of de organisatie heeft geen lidmaatschapstypen.',
  'report.who.joined': 'Erbij gekomen: {name}',
  'report.who.left': 'Vertrokken: {name}',
  'report.who.none': 'Niemand in deze periode',
  'report.back': 'Terug naar de getallen',

  'record.intro':
    'Wat over dit orgaan is vastgelegd, het nieuwste eerst. Niets wordt gewist: bij wat niet meer geldt staat wanneer het is vervangen.',
  'record.none': 'Er is nog niets vastgelegd',
  'record.what': 'Wat is vastgelegd',
  'record.period': 'Geldt',
  'record.superseded': 'Vervangen',
  'record.believed': 'staat nog',
  'record.life': 'Het orgaan bestaat',
  'record.top': 'Boven aan de boom',
  'record.place': 'Onder',
  'record.rule': 'Regel',
};
