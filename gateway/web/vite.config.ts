// How the application is built: hashed files, nothing inline, so that the page runs under a policy that allows neither
// inline scripts nor inline styles.
import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.HEIMO_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [
    react(),
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
