// Area changes.
import type { areas as english } from '../en/areas';
import type { Translation } from '../messages';

export const areas: Translation<typeof english> = {
  'area.intro':
    'Jostakin päivästä alkaen postinumerot tai kokonaiset kunnat kuuluvat muualle, ja niiden mukana kaikki siellä asuvat.',
  'area.none': 'Aluemuutoksia ei vielä ole',
  'area.none.text':
    'Esimerkiksi kuntaliitos. Se tarkistetaan ensin kokonaan; mikään ei muutu ennen kuin niin sanot, ja kaiken voi kumota.',
  'area.new': 'Uusi aluemuutos',
  'area.title.hint': 'Esimerkiksi: Kuntaliitokset 2027',
  'area.reason': 'Peruste',
  'area.on': 'Ensimmäinen päivä',
  'area.on.hint': 'Voi olla mennyt, tämä päivä tai tuleva',
  'area.from': '{day} alkaen',
  'area.rows': 'Mikä siirtyy',
  'area.rows.hint': 'Tyhjäksi jätetty pysyy ennallaan.',
  'area.way': 'Miten se kerrotaan',
  'area.way.rows': 'rivi riviltä',
  'area.way.csv': 'CSV:nä',
  'area.row': 'Rivi {count}',
  'area.line': 'rivi {count}',
  'area.column': 'sarake {count}',
  'area.addRow': 'Lisää rivi',
  'area.removeRow': 'Poista rivi {count}',
  'area.what': 'Mikä siirtyy',
  'area.wholeMunicipality': 'kokonainen kunta',
  'area.oldMunicipality': 'Vanha kunta',
  'area.new.target': 'Uusi {name}',
  'area.now': 'Nyt: {place}',
  'area.csv': 'Rivit CSV:nä',
  'area.csv.hint':
    'Liitä tähän tai valitse tiedosto. Ensimmäinen rivi nimeää sarakkeet; näitä missä järjestyksessä tahansa:',
  'area.csv.rows': { one: '{count} rivi', other: '{count} riviä' },
  'area.csv.tooLong': 'Tämä on liian pitkä: enintään 500 000 merkkiä.',
  'area.check': 'Tarkista',
  'area.faults': 'Korjaa nämä:',
  'area.places': 'Postinumerot',
  'area.people': 'asuu siellä',
  'area.apply': 'Toteuta {day} alkaen',
  'area.applying': 'Siirretään henkilöitä',
  'area.undoing': 'Kumotaan aluemuutosta',
  'area.run': 'Ajo',
  'area.toChange': 'Avaa aluemuutos',
  'area.message.checked': 'Kaikki on kunnossa. Mikään ei ole vielä muuttunut.',
  'area.message.applied': 'Aluemuutos on tehty. Jäsenyydet ovat seuranneet tai seuraavat hetken kuluttua.',
  'area.message.undone': 'Aluemuutos kumottiin. Sen jälkeen muutetut osoitteet jäivät ennalleen.',
  'area.message.stopped': 'Aluemuutos pysähtyi kesken. Siihen mennessä siirretyn voi kumota.',
  'area.undo': 'Kumoa aluemuutos',
  'area.undo.text':
    'Postinumerot ja siellä asuvat palaavat entiseen. Jos osoitetta on muutettu sen jälkeen, se jää ennalleen ja luetellaan.',
  'area.left': 'Ennalleen jääneet',
  'area.rules': 'Nimeävätkö säännöt yhä vanhoja paikkoja?',
  'area.rules.text':
    'Aluemuutos ei muuta sääntöjä. Elin, jonka säännöt nimeävät poistuneen paikan, voi tarvita suunnitelman.',
  'area.rules.none': 'Yhtään ei löytynyt vanhojen paikkojen mukaan nimetyistä elimistä.',
  'area.rules.types': 'Jäsenlajit: {name}',
  'area.rules.cut': 'Vanhoja nimiä tai elimiä on liikaa, jotta kaikki olisi voitu käydä läpi.',
  'area.rules.limits':
    'Sääntöjä ei voi hakea sen mukaan, mitä ne nimeävät: läpi käytiin vain elimet, joiden omassa nimessä on vanha nimi, sekä jäsenlajit. Muut on tarkistettava käsin.',
};
