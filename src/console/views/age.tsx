import type { EpochMs } from '../../domain/clock.ts';
import { useSecond } from '../desk-context.ts';
import { age, clockTime } from '../time.ts';

/** How long ago something was, counted by the gateway's clock. Renders by itself once a second. */
export function Age({ since }: { readonly since: EpochMs }) {
  return (
    <time className="age" dateTime={new Date(since).toISOString()} title={clockTime(since)}>
      {age(useSecond() - since)}
    </time>
  );
}
