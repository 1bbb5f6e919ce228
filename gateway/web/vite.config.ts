// How the application is built: hashed files, nothing inline, so that the page runs under a policy that allows neither
// inline scripts nor inline styles.
import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.HEIMO_URL ?? 'http://127.0.0.1:8080';

/** React Aria's announcer empties its log through innerHTML, which the policy forbids: typing a day would end the page.
 * Fails the build when the library does it otherwise, so that an update is looked at. */
const announcerWithoutHtml = {
  name: 'announcer-without-html',
  transform(code: string, id: string) {
    const [path = ''] = id.split('?');
    // A module of the same name only names the other one's exports.
    if (!/\/dist\/private\/live-announcer\/LiveAnnouncer\.\w+$/.test(path)) return undefined;
    const changed = code.replaceAll(".innerHTML = ''", '.replaceChildren()');
    if (changed === code || changed.includes('innerHTML')) throw new Error(`${id}: look at innerHTML again`);
    return { code: changed, map: null };
  },
};

export default defineConfig({
  plugins: [
    react(),
    announcerWithoutHtml,
    { ...optimizeLocales.vite({ locales: ['en-US', 'fi-FI', 'sv-SE', 'nl-NL'] }), enforce: 'pre' },
  ],
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    target: 'es2022',
    outDir: process.env.HEIMO_WEB_OUT ?? 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
  server: { host: '127.0.0.1', proxy: { '/v1': api, '/openapi.json': api } },
  test: { include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], environment: 'node', testTimeout: 60000 },
} as Parameters<typeof defineConfig>[0]);
