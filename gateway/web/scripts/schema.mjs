// Writes src/api/schema.d.ts from the contract: the file named by HEIMO_OPENAPI, else the newest build/*/gen/openapi.json.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const target = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));

function newestBuild() {
  const build = fileURLToPath(new URL('../../../build', import.meta.url));
  const found = existsSync(build)
    ? readdirSync(build)
        .map(preset => `${build}/${preset}/gen/openapi.json`)
        .filter(existsSync)
    : [];
  return found.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

const contract = process.env.HEIMO_OPENAPI ?? newestBuild();
if (!contract || !existsSync(contract)) {
  console.error('No contract: build the C part first (build/*/gen/openapi.json) or set HEIMO_OPENAPI.');
  process.exit(1);
}
writeFileSync(target, astToString(await openapiTS(pathToFileURL(contract))));
console.log(`${contract} -> src/api/schema.d.ts`);
