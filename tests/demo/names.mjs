// Short lists of common Finnish and Swedish names, most common first. People are combinations of them; nobody
// is meant.

const words = text => text.trim ().split (/\s+/);

/** Given names by language, sex and generation. */
export const GIVEN_NAMES = {
  fi: {
    female: {
      child: words (`Aino Eevi Lilja Sofia Olivia Helmi Emma Isla Linnea Ellen Venla Elli Hilla Kerttu Lumi
        Saga Aada Vilma Ella Iida Pihla Siiri Alma Enni Neea Oona Inka Viola Hilda Minea Nella Anni Elsa
        Mila Fanni Tuuli`),
      adult: words (`Johanna Anna Laura Katja Sanna Minna Hanna Heidi Jenni Satu Mari Susanna Kirsi Tiina
        Päivi Maria Niina Riikka Marika Elina Outi Anne Virpi Merja Pia Essi Noora Saara Emilia Henna Sari
        Krista Salla Terhi Ulla Leena`),
    },
    male: {
      child: words (`Leo Väinö Eino Oliver Elias Eeli Onni Toivo Noel Leevi Emil Vilho Hugo Oiva Daniel
        Niilo Aleksi Eetu Joel Veikko Otso Aatos Urho Luka Max Samuel Joona Lauri Matias Peetu Arvo Viljo
        Rasmus Okko Nuutti Oskari`),
      adult: words (`Mika Janne Timo Antti Jari Marko Petri Ville Mikko Sami Tomi Jukka Matti Juha Tero
        Kimmo Teemu Lauri Harri Pasi Jarkko Toni Juho Heikki Olli Tuomas Markus Henri Arto Pekka Ilkka Joni
        Aki Eero Niko Vesa`),
    },
  },
  sv: {
    female: {
      child: words (`Ellen Saga Agnes Alma Ebba Elsa Freja Ida Linnea Signe Stella Vera Astrid Isabella Moa
        Selma Ines Filippa Edith Tuva Nellie Tilda Amanda Cornelia Elvira Siri`),
      adult: words (`Maria Anna Sofia Camilla Linda Susanne Carina Nina Annika Monica Heidi Jessica Sandra
        Johanna Mikaela Charlotta Ulrika Pia Åsa Malin Gunilla Linnéa Eva Catarina Hanna Frida`),
    },
    male: {
      child: words (`William Emil Oliver Liam Anton Leo Axel Lucas Melvin Noah Hugo Vidar Viktor Edvin
        Elliot Theo Max Sixten Alvin Benjamin Felix Isak Albin Ludvig Olle Alfred`),
      adult: words (`Mikael Johan Anders Patrik Kim Mats Kaj Robert Stefan Jan Peter Thomas Christian
        Henrik Fredrik Niklas Sebastian Jonas Björn Marcus Tommy Kenneth Daniel Oskar Ralf Håkan`),
    },
  },
};

/** Family names by language. */
export const FAMILY_NAMES = {
  fi: words (`Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen
    Lehtonen Lehtinen Saarinen Niemi Salminen Heinonen Heikkilä Kinnunen Salonen Turunen Salo Laitinen
    Rantanen Tuominen Karjalainen Jokinen Mattila Savolainen Lahtinen Ahonen Ojala Leppänen Väisänen
    Hiltunen Kallio Miettinen Pitkänen Leinonen Manninen Hakala Anttila Räsänen Laaksonen Hirvonen Lehto
    Toivonen Räisänen Aaltonen Peltonen Mustonen Harju Kettunen Nurmi Rissanen Partanen Vainio Kärkkäinen
    Seppälä Rautio Moilanen Huttunen Pesonen Mikkonen Niskanen Peltola Hietala Jääskeläinen Koivisto Aalto
    Kokkonen Ikonen Halonen Vuorinen Kemppainen Lindström Johansson Lindholm Sjöberg`),
  sv: words (`Johansson Nyman Lindholm Karlsson Andersson Nyberg Lindqvist Lindström Eriksson Lindroos
    Nylund Sjöblom Ekholm Holmström Söderholm Lundström Björklund Sundström Fagerström Backman Blomqvist
    Wikström Öhman Forsman Häggblom Snellman Grönroos Strandberg Sandström Engblom Westerlund Finne
    Rosenlund Kronqvist Sundqvist Granholm Åkerlund Berg`),
};

const STREETS = {
  fi: {
    first: words (`Koivu Mänty Kuusi Pihlaja Vaahtera Haapa Leppä Kataja Kielo Vanamo Metsä Pelto Niitty
      Ranta Mäki Koulu Kirkko Asema Lähde Puisto Harju Kallio Sato Hiihtäjän Kettu Jänis Karhu Ilves Tähti
      Halla Aamu Ilta`),
    last: words ('tie kuja polku katu rinne kaari raitti'),
  },
  sv: {
    first: words (`Björk Tall Gran Rönn Lönn Asp Al En Skogs Åker Ängs Strand Back Skol Kyrk Käll Park Ås
      Bergs Hamn Sjö Hare Räv Björn Lo Stjärn Morgon Kvälls`),
    last: words ('vägen stigen gatan gränden backen'),
  },
};

/** A street and number; half of the addresses are in blocks of flats. */
export function streetAddress (random, language) {
  const { first, last } = STREETS[language];
  const house = `${random.pick (first)}${random.pick (last)} ${random.between (1, 60)}`;
  return random.chance (0.5) ? house : `${house} ${'ABCDEF'[random.below (6)]} ${random.between (1, 64)}`;
}

/** A text in the letters of e-mail addresses: å ä ö é become a a o e. */
export function plainLetters (text) {
  return text.normalize ('NFD').replace (/[^A-Za-z0-9]/g, '').toLowerCase ();
}

const ASSOCIATIONS = {
  fi: {
    first: words (`Korpi Kaski Kelo Tuuli Tuisku Halla Erä Metsä Tunturi Salo Harju Järvi Koski Saari Meri
      Aalto Kallio Ranta Pohjan Revon Hiiden Tapion Otavan Ilveksen Karhun Suden Kotkan Haukan Kurjen
      Joutsenen Ketun Näädän Ahman Hirven`),
    last: words (`haukat vaeltajat kävijät partio sudet karhut kotkat samoajat tulet veikot siskot kulkijat
      ilvekset peurat jotos retkeläiset soturit eräpojat tähdet polut kettuset majavat`),
  },
  sv: {
    first: words (`Havs Skogs Skärgårds Berg Strand Nord Syd Fjäll Äng Björk Tall Vind Storm Eld Stjärn Ö Fjärd
      Sjö`),
    last: words ('örnarna falkarna vargarna spejarna vandrarna svalorna björnarna ugglorna elden stigen'),
  },
};

/** All names of local associations of a language, in random order. */
export function associationNames (random, language) {
  const { first, last } = ASSOCIATIONS[language];
  return random.shuffle (first.flatMap (start => last.map (end => start + end)));
}
