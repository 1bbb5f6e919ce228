#!/usr/bin/env node
// clang-tidy over our own C files, as many at once as there are cores. A file that was clean with the same content,
// the same headers and the same settings is not looked at again: a hash of them all names an empty file in the cache.
//
// usage: node .dev/tidy.mjs BUILD-DIR CACHE-DIR [COUNT-FILE]
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

const [build, cache, countFile] = process.argv.slice (2).map (path => resolve (path));
const top = resolve (import.meta.dirname ?? '.', '..');

const hashes = new Map ();
function hashOf (file) {
  if (!hashes.has (file)) {
    hashes.set (file, existsSync (file) ? createHash ('sha256').update (readFileSync (file)).digest ('hex') : 'none');
  }
  return hashes.get (file);
}

/** What each object file was made from, as ninja knows it; system headers stand for their package, so are left out. */
function sourcesOfObjects () {
  const made = new Map ();
  let files = [];
  for (const line of execFileSync ('ninja', ['-C', build, '-t', 'deps'], { maxBuffer: 1 << 28 }).toString ().split ('\n')) {
    if (line.startsWith ('    ')) {
      const file = resolve (build, line.trim ());
      if (file.startsWith (`${top}/`)) {
        files.push (file);
      }
    } else if (line.includes (': #deps')) {
      files = [];
      made.set (line.split (':')[0], files);
    }
  }
  return made;
}

function ownUnits () {
  const made = sourcesOfObjects ();
  const commands = JSON.parse (readFileSync (join (build, 'compile_commands.json'), 'utf8'));
  const units = new Map ();
  for (const { file, command, output } of commands) {
    if (file.startsWith (`${top}/`) && !file.startsWith (`${top}/build/`)) {
      const content = [join (top, '.clang-tidy'), file, ...made.get (output) ?? []].map (hashOf);
      units.set (file, createHash ('sha256').update ([command, ...content].join ('\n')).digest ('hex'));
    }
  }
  return [...units].map (([file, hash]) => ({ file, stamp: join (cache, hash) }));
}

function check ({ file, stamp }) {
  return new Promise (done => {
    execFile ('clang-tidy', ['--quiet', '-p', build, file], { maxBuffer: 1 << 26 }, (error, stdout) => {
      if (error) {
        console.log (`${stdout}\n${file}: not clean`);
      } else {
        writeFileSync (stamp, '');
      }
      done (!error);
    });
  });
}

mkdirSync (cache, { recursive: true });
const units = ownUnits ();
const open = units.filter (({ stamp }) => !existsSync (stamp));
const queue = [...open];
let failed = 0;
await Promise.all (Array.from ({ length: availableParallelism () }, async () => {
  for (let unit = queue.shift (); unit; unit = queue.shift ()) {
    failed += await check (unit) ? 0 : 1;
  }
}));
console.log (`clang-tidy: ${units.length} files, ${open.length} looked at, ${failed} not clean`);
if (countFile) {
  writeFileSync (countFile, `${units.length - failed} ${failed}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
