// The figures of the evaluator: on a private PostgreSQL of their own, without services. The program hierarchy_figures
// writes federations and takes the times; here is what stands beside what.
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from './measure.mjs';
import { top } from './set.mjs';

const cluster = join (top, 'common/db/cluster');

async function withDatabase (work) {
  const folder = mkdtempSync (join (tmpdir (), 'heimo-bench-evaluator.'));
  chmodSync (folder, 0o711);
  const env = { ...process.env, HEIMO_FSYNC: 'off', HEIMO_SHARED_BUFFERS: '1GB' };
  const shell = (line) => run ('bash', ['-c', `set -euo pipefail; ${line}`], { env, maxBuffer: 1 << 26 });
  const conninfo = `host=${folder}/sock user=postgres dbname=bench`;
  try {
    await shell (`${cluster} init ${folder}/data; ${cluster} start ${folder}/data ${folder}/sock </dev/null >/dev/null 2>&1`);
    await shell (`${cluster} psql ${folder}/sock -c 'CREATE DATABASE bench'`);
    await shell (`for file in ${top}/common/db/migrations/*.sql ${top}/services/hierarchy/migrations/*.sql; do
      sed '/^-- migrate:down/,$d' $file; done | ${cluster} psql ${folder}/sock -d bench -f - >/dev/null`);
    return await work (conninfo);
  } finally {
    await shell (`${cluster} stop ${folder}/data`);
    rmSync (folder, { recursive: true, force: true });
  }
}

function row (name, value, unit, baseline, target, ok, ratio = value / baseline) {
  return { name, value, unit, baseline, ratio, target, ok };
}

/** All rows of the table of the evaluator, for so many profiles. */
export async function evaluator (profiles) {
  const got = await withDatabase (async (conninfo) => {
    const { stdout } = await run (join (top, 'build/release/bin/hierarchy_figures'), [conninfo, String (profiles)]);
    return JSON.parse (stdout);
  });
  const organs = got.pass_organs / got.pass_one;
  const twice = got.pass_twice / got.pass_one;
  const pass = got.pass_one / got.copy_one;
  const sql = got.sql_day / got.day;
  return [
    row ('evaluate_everyone', got.pass_one, 's', got.copy_one, '≤ 1.5 × COPY', pass <= 1.5),
    row ('evaluate_everyone_cpu', got.pass_cpu_one, 's', got.copy_cpu_one, 'for comparison', true),
    row ('evaluate_organs_x10', got.pass_organs, 's', got.pass_one, '≤ 1.2 ×', organs <= 1.2),
    row ('evaluate_profiles_x2', got.pass_twice, 's', got.pass_one, '≤ 2.1 ×', twice <= 2.1),
    row ('evaluate_day', got.day, 's', got.sql_day, 'SQL ≥ 5 × slower', sql >= 5),
    row ('evaluate_day_loading', got.day + got.load, 's', got.sql_day, 'for comparison', true),
    row ('preview', got.preview, `s, ${got.asked} asked`, got.copy_one, '≤ 1 s', got.preview <= 1),
    row ('preview_cpu', got.preview_cpu, 's', got.copy_cpu_one, 'for comparison', true),
    row ('count_matches', got.matches * 1000, 'ms', got.sql_day * 1000, '≤ 100 ms', got.matches <= 0.1),
    row ('profile_memory', got.bytes, 'bytes', 200, '≤ 200 bytes', got.bytes <= 200),
  ];
}
