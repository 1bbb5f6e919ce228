// complete.mjs FOLDER: names the packages for this kind of machine that npm left out of node_modules, and fails if there are
// any. npm takes an optional package that could not be fetched for one that is not wanted, and says nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const { packages } = JSON.parse (readFileSync (join (folder, 'package-lock.json'), 'utf8'));
const suits = (wanted, here) => wanted === undefined || wanted.includes (here);
const missing = Object.entries (packages).filter (([path, { optional, os, cpu, libc }]) =>
  path !== '' && optional && (os || cpu) && suits (os, process.platform) && suits (cpu, process.arch) &&
  suits (libc, 'glibc') && !existsSync (join (folder, path, 'package.json')));
for (const [path] of missing) {
  console.error (`${folder}: npm did not install ${path.replace (/.*node_modules\//, '')}`);
}
process.exit (missing.length > 0 ? 1 : 0);
