// Lists of years as people write them: "5, 10 25". Pure.
const YEARS_MOST = 100;

/** The years, ascending, each once; undefined when something in the text is no year from 1 to 100. */
export function yearsOf(text: string): number[] | undefined {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const years = words.map(Number);
  if (years.some(year => !Number.isInteger(year) || year < 1 || year > YEARS_MOST)) return undefined;
  return [...new Set(years)].toSorted((a, b) => a - b);
}
