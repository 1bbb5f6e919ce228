// The period of a report: what is not chosen, and the last day told as the first one after it.
import { expect, test } from 'vitest';
import { asAsked, periodOf } from '../src/lib/reports';

const TODAY = '2026-05-04';

test.each([
  ['nothing chosen', '', '', '2026-01-01', TODAY],
  ['both chosen', '2020-02-03', '2021-03-04', '2020-02-03', '2021-03-04'],
  ['reversed: the service says so', '2021-03-04', '2020-02-03', '2021-03-04', '2020-02-03'],
  ['the first day, past', '2025-02-03', '', '2025-02-03', TODAY],
  ['the first day, to come', '2027-02-03', '', '2027-02-03', '2027-12-31'],
  ['the first day, today', TODAY, '', TODAY, '2026-12-31'],
  ['the last day', '', '2019-08-31', '2019-01-01', '2019-08-31'],
])('%s', (_, from, last, first, end) => {
  expect(periodOf(from, last, TODAY)).toEqual({ from: first, last: end });
});

test.each([
  ['2026-01-01', '2026-12-31', '2027-01-01'],
  ['2028-02-28', '2028-02-28', '2028-02-29'],
])('from %s to %s is asked until before %s', (from, last, to) => {
  expect(asAsked({ from, last })).toEqual({ from, to });
});
