import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const peers = [
  { name: 'json-rules-engine', version: '7.3.1', script: 'json-rules-engine.mjs' },
  { name: 'node-red', version: '4.1.1', script: 'node-red.mjs' },
];

/**
 * The forced-door logic alone (a door opens, nobody badged at it within 10 s) in two packages that people use for such rules, on the same
 * machine in the same run. They are no dependencies of ours: npm installs them into a temporary folder.
 */
export async function measurePeers(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-peers-'));
  try {
    for (const { name, version, script } of peers) {
      console.log(`\n${name}: installing ${name}@${version} into a temporary folder (npm i --prefix)`);
      try {
        await run('npm', ['i', '--prefix', folder, '--no-audit', '--no-fund', '--silent', `${name}@${version}`], { timeout: 300_000 });
        const { stdout } = await run(process.execPath, [join(import.meta.dirname, '..', 'peers', script), folder], { timeout: 300_000 });
        console.log(`  ${stdout.trim()}`);
      } catch (error) {
        console.log(`  not measured: ${(error as Error).message.split('\n')[0] ?? ''}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
