import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { replayedSchema } from '../../../desk/integrator-schemas.ts';
import type { ReplayedPeriod } from '../../../desk/integrator-schemas.ts';
import type { EpochMs } from '../../../domain/clock.ts';
import { useParts } from '../../desk-context.ts';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The gateway gives up after five minutes. */
const REPLAY_DEADLINE_MS = 310_000;

/** How the incidents of a past time would have differed under the rules that are on the gateway's disk now. */
export function ReplaySection() {
  const { model } = useParts();
  const [now] = useState(model.now);
  const [replayed, setReplayed] = useState<RestAnswer<ReplayedPeriod> | 'running'>();
  const run = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setReplayed('running');
    setReplayed(
      await rest(replayedSchema, '/replay', {
        body: { from: timeOf(fields.get('from')), to: timeOf(fields.get('to')) },
        deadlineMs: REPLAY_DEADLINE_MS,
      }),
    );
  };
  return (
    <div className="site-columns">
      <form className="site-form" onSubmit={(event) => void run(event)}>
        <label htmlFor="from">From</label>
        <input
          id="from"
          name="from"
          type="datetime-local"
          step={1}
          defaultValue={localTime(now - DAY_MS)}
          required
          data-testid="replay-from"
          autoFocus
        />
        <label htmlFor="to">To</label>
        <input id="to" name="to" type="datetime-local" step={1} defaultValue={localTime(now)} required data-testid="replay-to" />
        <button type="submit" className="primary" disabled={replayed === 'running'} data-testid="replay">
          {replayed === 'running' ? 'Replaying …' : 'Replay'}
        </button>
        <p className="quiet">
          The journal of that time is played to the rule files as they are on the disk now. No incident is changed. It runs beside the gateway; alarms
          do not wait for it.
        </p>
      </form>
      <section className="panel" aria-label="Difference" data-testid="replayed" data-state={replayed === 'running' ? 'running' : 'ended'}>
        <h2>Difference of the incidents: − gone, + new, ~ changed</h2>
        <div className="scroll" tabIndex={0} role="region" aria-label="Lines of the difference">
          {replayed === undefined && <p className="quiet">Nothing was replayed yet.</p>}
          {replayed === 'running' && <p role="status">Replaying …</p>}
          {typeof replayed === 'object' && !replayed.ok && <p className="error">{replayed.message}</p>}
          {typeof replayed === 'object' && replayed.ok && <pre data-testid="replay-lines">{replayed.value.lines.join('\n')}</pre>}
        </div>
      </section>
    </div>
  );
}

/** As an input of type datetime-local writes it, in the console's time zone. */
function localTime(at: EpochMs): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function timeOf(value: FormDataEntryValue | null): EpochMs {
  return typeof value === 'string' ? new Date(value).getTime() : Number.NaN;
}
