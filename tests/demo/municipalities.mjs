// Facts that the postal code data lacks, for weights only: residents in thousands (rounded, 2023), the share
// of Swedish speakers in percent (rounded), and which district of the demo federation a province belongs to.
// Unlisted municipalities are estimated from their postal codes.

const table = text => new Map (text.trim ().split (/\s*,\s*/).map (entry => {
  const space = entry.lastIndexOf (' ');
  return [entry.slice (0, space), Number (entry.slice (space + 1))];
}));

/** Thousands of residents of the larger municipalities. */
export const POPULATION = table (`Helsinki 664, Espoo 314, Tampere 255, Vantaa 248, Oulu 214, Turku 202,
  Jyväskylä 147, Kuopio 125, Lahti 121, Pori 83, Kouvola 79, Joensuu 78, Lappeenranta 73, Vaasa 68,
  Hämeenlinna 68, Seinäjoki 66, Rovaniemi 64, Mikkeli 52, Porvoo 51, Kotka 51, Salo 51, Kokkola 48,
  Hyvinkää 47, Lohja 46, Järvenpää 46, Nurmijärvi 45, Tuusula 42, Kirkkonummi 41, Rauma 39, Kerava 38,
  Kajaani 36, Kaarina 36, Nokia 36, Ylöjärvi 34, Kangasala 33, Savonlinna 32, Vihti 29, Riihimäki 29,
  Raasepori 27, Raisio 26, Imatra 25, Lempäälä 25, Raahe 24, Sastamala 24, Hollola 23, Sipoo 22, Tornio 21,
  Iisalmi 21, Siilinjärvi 21, Lieto 21, Mäntsälä 21, Valkeakoski 21, Pirkkala 20, Kurikka 20, Varkaus 20,
  Mustasaari 20, Naantali 20, Kemi 20, Hamina 19, Kempele 19, Pietarsaari 19, Jämsä 19, Laukaa 19,
  Äänekoski 18, Heinola 18, Pieksämäki 17, Forssa 16, Akaa 16, Orimattila 16, Janakkala 16, Loimaa 15,
  Parainen 15, Kauhava 15, Uusikaupunki 15, Kuusamo 15, Ylivieska 15, Kontiolahti 15, Loviisa 14, Lapua 14,
  Kauhajoki 13, Ulvila 13, Kankaanpää 12, Ilmajoki 12, Kalajoki 12, Liperi 12, Maarianhamina 12, Alavus 11,
  Paimio 11, Eura 11, Pedersöre 11, Kauniainen 10, Muurame 10, Liminka 10, Lieksa 10, Nivala 10,
  Hämeenkyrö 10, Sotkamo 10, Masku 9, Hattula 9, Eurajoki 9, Närpiö 10, Kitee 10, Huittinen 10, Ii 10,
  Muhos 9, Leppävirta 9, Saarijärvi 9, Keuruu 9, Nurmes 9, Lapinlahti 9, Alajärvi 9, Orivesi 9,
  Mänttä-Vilppula 9, Karkkila 8, Somero 8, Laitila 8, Hanko 8, Loppi 8, Hausjärvi 8, Asikkala 8, Laihia 8,
  Sodankylä 8, Kuhmo 8, Keminmaa 8, Mynämäki 8, Inari 7, Kemijärvi 7, Kittilä 7, Pudasjärvi 7,
  Suomussalmi 7, Kiuruvesi 7, Uusikaarlepyy 7, Suonenjoki 7, Harjavalta 7, Jomala 6, Siuntio 6,
  Kemiönsaari 6, Kruunupyy 6, Rusko 6, Vöyri 6, Kristiinankaupunki 6, Luoto 6, Inkoo 5, Maalahti 5,
  Pyhtää 5, Pornainen 5, Askola 5, Nousiainen 5, Posio 3, Salla 3, Savukoski 1, Enontekiö 2, Utsjoki 1,
  Korsnäs 2, Kaskinen 1, Lapinjärvi 3, Myrskylä 2, Brändö 0.4, Kumlinge 0.3, Kökar 0.2, Sottunga 0.1,
  Föglö 0.5, Vårdö 0.5, Geta 0.5, Lumparland 0.4, Eckerö 1, Hammarland 1.6, Lemland 2, Saltvik 2, Sund 1,
  Finström 2.6, Hailuoto 1, Kustavi 1, Luhanka 0.7, Lestijärvi 0.7, Halsua 1`);

/** Percent of residents who speak Swedish, in municipalities where that is more than a handful. */
export const SWEDISH_PERCENT = table (`Helsinki 6, Espoo 7, Vantaa 2, Kauniainen 32, Turku 5, Kaarina 5,
  Vaasa 23, Porvoo 28, Raasepori 64, Pietarsaari 55, Kokkola 12, Sipoo 29, Kirkkonummi 15, Parainen 54,
  Loviisa 40, Mustasaari 67, Närpiö 77, Inkoo 50, Hanko 41, Siuntio 27, Lohja 3, Kaskinen 27,
  Kristiinankaupunki 54, Vöyri 78, Maalahti 84, Korsnäs 84, Luoto 91, Pedersöre 87, Uusikaarlepyy 85,
  Kruunupyy 74, Kemiönsaari 66, Lapinjärvi 29, Myrskylä 8, Pyhtää 7`);

/** Åland is Swedish-speaking as a whole. */
export const SWEDISH_PROVINCE = { name: 'Ahvenanmaa', percent: 93 };

/** Municipalities of the capital region, a district of their own. */
const CAPITAL_REGION = new Set (['Helsinki', 'Espoo', 'Vantaa', 'Kauniainen']);

/**
 * The districts of the scout organisation. The last one holds the Swedish-language associations of the whole
 * country.
 */
export const DISTRICTS = [
  { code: 'D01', name: 'Pääkaupunkiseudun piiri', provinces: [] },
  { code: 'D02', name: 'Uudenmaan piiri', provinces: ['Uusimaa'] },
  { code: 'D03', name: 'Lounais-Suomen piiri', provinces: ['Varsinais-Suomi', 'Satakunta', 'Ahvenanmaa'] },
  { code: 'D04', name: 'Hämeen piiri', provinces: ['Pirkanmaa', 'Kanta-Häme', 'Päijät-Häme'] },
  { code: 'D05', name: 'Kaakkois-Suomen piiri', provinces: ['Kymenlaakso', 'Etelä-Karjala'] },
  { code: 'D06', name: 'Järvi-Suomen piiri', provinces: ['Etelä-Savo', 'Pohjois-Savo', 'Pohjois-Karjala'] },
  { code: 'D07', name: 'Keski-Suomen piiri', provinces: ['Keski-Suomi'] },
  { code: 'D08', name: 'Pohjanmaan piiri', provinces: ['Etelä-Pohjanmaa', 'Pohjanmaa', 'Keski-Pohjanmaa'] },
  { code: 'D09', name: 'Pohjois-Suomen piiri', provinces: ['Pohjois-Pohjanmaa', 'Kainuu', 'Lappi'] },
  { code: 'D10', name: 'Svenska distriktet', provinces: [] },
];
const DISTRICT_OF_PROVINCE = new Map (
  DISTRICTS.flatMap (({ code, provinces }) => provinces.map (name => [name, code])));

/** The district code of a Finnish-language association. */
export function districtOf (municipality, province) {
  return CAPITAL_REGION.has (municipality) ? 'D01' : DISTRICT_OF_PROVINCE.get (province);
}

/** The district code of every Swedish-language association. */
export const SWEDISH_DISTRICT = 'D10';
