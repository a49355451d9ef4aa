import { targets } from '../../fuzz/modbus.ts';
import { seeded } from '../../fuzz/support/random.ts';

describe('the fuzz targets of the Modbus doors', function () {
  // As for all fuzzing: what one seed has broken is broken.
  this.retries(0);

  for (const target of targets) {
    for (const seed of [1, 20_260_115]) {
      it(`${target.name} survives with seed ${seed}`, () => target.run(seeded(seed), target.kind === 'codec' ? 20_000 : 200));
    }
  }
});
