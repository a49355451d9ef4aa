import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the console into `dist/console`, from where the gateway serves it. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/console', import.meta.url)),
    emptyOutDir: true,
    // The gateway's content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    // Only current browsers have what the tiles need anyway.
    target: 'es2023',
    modulePreload: { polyfill: false },
  },
});
