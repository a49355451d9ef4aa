import { below, partOf, seeded } from './support/random.ts';
import { targetFiles, targetsOf } from './support/targets.ts';

// A short run of everything that `npm run fuzz` runs for long.

const inputs = { codec: 3000, socket: 60 };
const seed = below(Math.random, 2 ** 31);

describe(`what takes bytes from outside (seed ${seed})`, function () {
  // What one seed has broken is broken, though the next try may be luckier with its sockets.
  this.retries(0);

  for (const file of targetFiles) {
    it(`survives random and mutated input: ${file}`, async () => {
      for (const { name, kind, run } of await targetsOf(file)) {
        await run(seeded(partOf(seed, name, 0)), inputs[kind]).catch((cause: unknown) => {
          throw new Error(`${name}: ${String(cause)}`, { cause });
        });
      }
    });
  }
});
