// The frame, and what every page uses.
import type { frame as english } from '../en/frame';
import type { Translation } from '../messages';

export const frame: Translation<typeof english> = {
  'nav.label': 'Päävalikko',
  'nav.organs': 'Organisaatiot',
  'nav.persons': 'Henkilöt',
  'nav.imports': 'Tuonnit',
  'nav.runs': 'Ajot',
  'nav.status': 'Järjestelmän tila',
  'nav.api': 'Rajapinnan kuvaus',
  'nav.language': 'Kieli',
  'nav.skip': 'Siirry sisältöön',
  'nav.path': 'Reitti tänne',

  'common.loading': 'Ladataan …',
  'common.retry': 'Yritä uudelleen',
  'common.close': 'Sulje',
  'common.cancel': 'Peruuta',
  'common.undo': 'Kumoa',
  'common.dismiss': 'Piilota',
  'common.remove': 'Poista',
  'common.save': 'Tallenna',
  'common.more': 'Näytä lisää',
  'common.unknown': 'ei tiedossa',
  'common.table': 'Taulukko',
  'date.open': 'Avaa kalenteri',

  'problem.title': 'Se ei onnistunut.',
  'problem.later': 'Ei juuri nyt käytettävissä.',
  'problem.form': 'Tarkista nämä kentät:',
  'problem.offline': 'Yhteyttä ei ole. Näkemäsi voi olla vanhaa; mitään tallentamaasi ei ole kadonnut.',
  'problem.unavailable': 'Palvelu on kiireinen tai käynnistyy. Yritä hetken kuluttua uudelleen.',
  'problem.unknown': 'Tapahtui jotain odottamatonta.',
  'problem.trace': 'Tukea varten: {id}',
  'crashed.title': 'Tätä sivua ei voitu näyttää',
  'crashed.text':
    'Sovelluksessa meni jotain vikaan. Tietosi ovat tallessa. Yritä uudelleen tai avaa toinen sivu.',
  'missing.title': 'Tässä osoitteessa ei ole mitään',
  'missing.text': 'Linkki voi olla vanha, tai siitä puuttuu osa.',

  'period.always': 'aina',
  'period.since': '{from} alkaen',
  'period.until': '{to} asti',
  'period.between': '{from} – {to}',
  'period.column': 'Milloin',
  'sort.by': 'Lajittele: {name}',
  'pager.label': 'Sivut',
  'pager.previous': 'Edellinen',
  'pager.next': 'Seuraava',

  'search.label': 'Etsi henkilöä',
  'search.placeholder': 'Nimi, numero tai sähköposti',
  'search.found': { one: '{count} löytyi', other: '{count} löytyi' },
  'search.incomplete': 'yli 10 000 osumaa: kirjoita lisää, Enter näyttää kaikki',
  'search.more': 'Enter näyttää kaikki',

  'period.from': 'Ensimmäinen päivä',
  'period.firstDayAfter': 'Ensimmäinen päivä, jona ei enää',
  'period.future': 'tulossa',
  'period.over': 'päättynyt',
  'common.add': 'Lisää',

  'conflict.title': 'Joku muu ehti ensin.',
  'conflict.text': 'Näitä kenttiä muutettiin sillä aikaa, kun kirjoitit:',
  'conflict.elsewhere': 'Kortti muuttui muualta; näkemäsi kentät ovat ennallaan.',
  'conflict.theirs': 'Nyt kirjattuna',
  'conflict.mine': 'Mitä kirjoitit',
  'conflict.useMine': 'Tallenna minun',
  'conflict.useTheirs': 'Pidä heidän',

  'nav.jubilees': 'Merkkivuodet',
  'nav.areas': 'Aluemuutokset',

  'actor.automatic': 'automaattinen',
  'actor.local': 'jäsenrekisterinhoitaja',
  'actor.registrar': 'jäsenrekisterinhoitaja',
  'actor.anonymous': 'jäsenrekisterinhoitaja',

  'nav.plans': 'Suunnitelmat',
  'day.legend': 'Näytettävä päivä',
  'day.shown': 'Päivänä',
  'day.slider': 'Ajassa',
  'day.today': 'Tänään',
  'chips.remove': 'Poista {value}',

  'nav.reports': 'Raportit',
};
