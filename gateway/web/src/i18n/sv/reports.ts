// Reports, and what was recorded about an organ.
import type { reports as english } from '../en/reports';
import type { Translation } from '../messages';

export const reports: Translation<typeof english> = {
  'report.intro':
    'Hur många medlemmar varje organ har, vilka som gick med och vilka som lämnade. Varje tal leder till personerna bakom det.',
  'report.views': 'Vilken rapport',
  'report.view.members': 'Medlemmar en dag',
  'report.view.changes': 'Nya och avgångna',
  'report.organisation': 'Organisation',
  'report.organ': 'Bara detta organ och de under det',
  'report.before': 'Före',
  'report.after': 'Vid slutet',
  'report.joined': 'Gick med',
  'report.left': 'Lämnade',
  'report.joined.on': 'Första dag',
  'report.left.on': 'Första dag utan',
  'report.members.of': '{count} medlemmar i {name}',
  'report.joined.of': '{count} gick med i {name}',
  'report.left.of': '{count} lämnade {name}',
  'report.none': 'Det finns inget att räkna',
  'report.none.text': 'Organet finns inte den här dagen, eller så har organisationen inga medlemskategorier.',
  'report.who.joined': 'Gick med: {name}',
  'report.who.left': 'Lämnade: {name}',
  'report.who.none': 'Ingen under den här perioden',
  'report.back': 'Tillbaka till talen',

  'record.intro':
    'Vad som har antecknats om organet, nyast först. Inget raderas: vid det som inte längre gäller står när det ersattes.',
  'record.none': 'Inget har antecknats ännu',
  'record.what': 'Vad som antecknades',
  'record.period': 'Gäller',
  'record.superseded': 'Ersatt',
  'record.believed': 'står kvar',
  'record.life': 'Organet finns',
  'record.top': 'Högst upp i trädet',
  'record.place': 'Under',
  'record.rule': 'Regel',
};
