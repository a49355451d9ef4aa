import { systemClock } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';

/** The machine's clock with its waits shortened, so that three missed answers do not cost a test nine seconds. */
export function hasty(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonicMs: () => systemClock.monotonicMs() * factor,
    after: (delayMs, action) => systemClock.after(delayMs / factor, action),
  };
}
