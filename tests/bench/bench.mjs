// The figures of the platform, each beside a baseline measured in the same run. Prints a table, or with --json a line
// {name, value, unit, baseline, ratio, target, ok} for each. The exit code is 1 when a target is missed.
//
//   --people N      size of the large federation (default 512,000; its loading is the figure for imports)
//   --in DIR        measure in the set that runs in this folder, and leave it running; its demo has --people
//   --profiles N    people for the figures of the evaluator (default 50,000; 512,000 for the record)
//   --only NAME     only this figure; may be repeated
import { figures } from './figures.mjs';
import { evaluator } from './hierarchy.mjs';
import { Set } from './set.mjs';

const SMALL = 20000; // the federation for the memory of idle processes

function parse (args) {
  const options = { json: false, people: 512000, profiles: 50000, in: '', only: [] };
  for (let i = 0; i < args.length; i++) {
    switch (args[i]) {
    case '--json': options.json = true; break;
    case '--people': options.people = Number (args[++i]); break;
    case '--in': options.in = args[++i]; break;
    case '--profiles': options.profiles = Number (args[++i]); break;
    case '--only': options.only.push (args[++i]); break;
    default: throw new Error (`unknown option ${args[i]}`);
    }
  }
  const unknown = options.only.find ((name) => !(name in figures) && name !== 'evaluator');
  if (unknown || !(options.people > 0) || !(options.profiles > 0)) {
    throw new Error (unknown ? `no figure ${unknown}: ${Object.keys (figures).join (' ')} evaluator` : '--people and --profiles need a number');
  }
  return options;
}

const number = (value) => (value === null ? '' : value >= 100 ? value.toFixed (0) : value.toPrecision (3));

function print (row, json) {
  if (json) {
    console.log (JSON.stringify (row));
    return;
  }
  console.log ([row.name.padEnd (26), number (row.value).padStart (9), row.unit.padEnd (15), number (row.baseline).padStart (9),
    number (row.ratio).padStart (8), ` ${row.target.padEnd (26)}`, row.ok ? 'ok' : 'MISSED'].join (' '));
}

const small = ['idle_memory', 'page_size'];
const options = parse (process.argv.slice (2));
const wanted = Object.keys (figures).filter ((name) => options.only.length === 0 || options.only.includes (name));
const plan = options.in ? [[options.people, wanted]] : [[SMALL, wanted.filter ((name) => small.includes (name))],
  [options.people, wanted.filter ((name) => !small.includes (name))]];

let missed = 0;
if (!options.json) {
  console.log (['name'.padEnd (26), 'value'.padStart (9), 'unit'.padEnd (15), 'baseline'.padStart (9), 'ratio'.padStart (8),
    ' target'].join (' '));
}
function tell (rows) {
  for (const row of rows) {
    print (row, options.json);
    missed += row.ok ? 0 : 1;
  }
}
if (!options.in && (options.only.length === 0 || options.only.includes ('evaluator'))) { // it wants the machine alone
  tell (await evaluator (options.profiles));
}
for (const [people, names] of plan) {
  if (names.length === 0) {
    continue;
  }
  const set = options.in ? Set.attach (options.in) : await Set.start (people);
  try {
    await set.makeBaseline ();
    for (const name of names) {
      tell (await figures[name] (set, people));
    }
  } finally {
    await set.stop ();
  }
}
process.exit (missed === 0 ? 0 : 1);
