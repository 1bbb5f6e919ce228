// Reports, and what was recorded about an organ.
import type { reports as english } from '../en/reports';
import type { Translation } from '../messages';

export const reports: Translation<typeof english> = {
  'report.intro':
    'Montako jäsentä kullakin elimellä on, ketkä liittyivät ja ketkä lähtivät. Luvusta pääsee sen takana oleviin henkilöihin.',
  'report.views': 'Mikä raportti',
  'report.view.members': 'Jäsenet päivänä',
  'report.view.changes': 'Liittyneet ja lähteneet',
  'report.organisation': 'Järjestö',
  'report.organ': 'Vain tämä elin ja sen alla olevat',
  'report.before': 'Ennen',
  'report.after': 'Lopussa',
  'report.joined': 'Liittyi',
  'report.left': 'Lähti',
  'report.joined.on': 'Ensimmäinen päivä',
  'report.left.on': 'Ensimmäinen päivä ilman',
  'report.members.of': '{count} jäsentä: {name}',
  'report.joined.of': '{count} liittynyttä: {name}',
  'report.left.of': '{count} lähtenyttä: {name}',
  'report.none': 'Laskettavaa ei ole',
  'report.none.text': 'Elintä ei ole tänä päivänä, tai järjestöllä ei ole jäsenlajeja.',
  'report.who.joined': 'Liittyneet: {name}',
  'report.who.left': 'Lähteneet: {name}',
  'report.who.none': 'Ei ketään tällä jaksolla',
  'report.back': 'Takaisin lukuihin',

  'record.intro':
    'Mitä tästä elimestä on kirjattu, uusin ensin. Mitään ei poisteta: korvatusta kerrotaan, milloin se korvattiin.',
  'record.none': 'Mitään ei ole vielä kirjattu',
  'record.what': 'Mitä kirjattiin',
  'record.period': 'Voimassa',
  'record.superseded': 'Korvattu',
  'record.believed': 'pitää yhä',
  'record.life': 'Elin on olemassa',
  'record.top': 'Puun ylimpänä',
  'record.place': 'Yläpuolella:',
  'record.rule': 'Sääntö',
};
