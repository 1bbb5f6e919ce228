// Weighs what the browser must fetch before the first page shows, as brotli, and fails when it is over the budget.
// With --json prints one line for the benchmark table.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KIB = 1024;
const BUDGET = { js: 180 * KIB, css: 15 * KIB };
const dist = process.env.HEIMO_WEB_OUT ?? fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));

/** The file of an entry and of everything that it imports at once. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const { file, css = [], imports = [] } = manifest[key];
  return [file, ...css, ...imports.flatMap(name => filesOf(name, seen))];
}

const compressed = file =>
  statSync(join(dist, `${file}.br`), { throwIfNoEntry: false })?.size ?? statSync(join(dist, file)).size;
const sum = files => [...new Set(files)].reduce((total, file) => total + compressed(file), 0);

const entry = Object.keys(manifest).find(key => manifest[key].isEntry);
// One language's texts and the page that opens first are needed as well.
const keys = [entry, 'src/i18n/fi/index.ts', 'src/pages/organs/OrgansPage.tsx'].filter(key => manifest[key]);
const seen = new Set();
const initial = keys.flatMap(key => filesOf(key, seen));
const js = sum(initial.filter(file => file.endsWith('.js')));
const css = sum(
  Object.values(manifest)
    .flatMap(({ file, css: sheets = [] }) => [file, ...sheets])
    .filter(file => file.endsWith('.css')),
);

if (process.argv.includes('--json')) {
  const row = {
    name: 'initial JavaScript',
    value: Math.round(js / 102.4) / 10,
    unit: 'KiB brotli',
    baseline: null,
    ratio: null,
    target: BUDGET.js / KIB,
    ok: js <= BUDGET.js,
  };
  console.log(JSON.stringify(row));
} else {
  console.log(
    `initial JavaScript ${(js / KIB).toFixed(1)} of ${BUDGET.js / KIB} KiB brotli, styles ${(
      css / KIB
    ).toFixed(1)} of ${BUDGET.css / KIB} KiB`,
  );
}
if (js > BUDGET.js || css > BUDGET.css) {
  console.error('over the budget');
  process.exit(1);
}
