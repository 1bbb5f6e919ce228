// Pages of a list are known by tokens that lead forward only. The page before is remembered for this tab, so that
// "previous" works on what was walked through; an address opened afresh goes back to the first page.
const PREFIX = 'heimo.page.';

export function rememberBack(next: string, here: string) {
  try {
    if (next) sessionStorage.setItem(PREFIX + next, here);
  } catch {
    // Without storage "previous" leads to the first page.
  }
}

export function pageBefore(here: string) {
  try {
    return sessionStorage.getItem(PREFIX + here) ?? '';
  } catch {
    return '';
  }
}
