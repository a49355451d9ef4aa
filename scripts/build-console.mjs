// Builds the console with Vite when one of its sources is newer than the last build.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = join(root, 'dist', 'console', 'index.html');
const sources = ['src/console', 'src/desk', 'src/domain', 'package-lock.json'];

if (!existsSync(page) || statSync(page).mtimeMs < Math.max(...sources.map((each) => newestIn(join(root, each))))) {
  console.error('sallyport: building the console');
  // Only now are there surely packages to import.
  const { build } = await import('vite');
  await build({ configFile: join(root, 'src', 'console', 'vite.config.ts'), logLevel: 'warn' });
}

function newestIn(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
