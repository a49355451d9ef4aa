import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { replayedSchema, ruleTextsSchema } from '../../../desk/integrator-schemas.ts';
import type { ReplayedPeriod, RuleText } from '../../../desk/integrator-schemas.ts';
import type { EpochMs } from '../../../domain/clock.ts';
import { useParts } from '../../desk-context.ts';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The gateway gives up after five minutes. */
const REPLAY_DEADLINE_MS = 310_000;

/** How the incidents of a past time would have differed under the rules on the gateway's disk, or under rules that are tried here and written nowhere. */
export function ReplaySection() {
  const { model } = useParts();
  const [now] = useState(model.now);
  const [replayed, setReplayed] = useState<RestAnswer<ReplayedPeriod> | 'running'>();
  const [tried, setTried] = useState<readonly RuleText[]>();
  const run = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setReplayed('running');
    setReplayed(
      await rest(replayedSchema, '/replay', {
        body: { from: timeOf(fields.get('from')), to: timeOf(fields.get('to')), ...(tried && { rules: tried }) },
        deadlineMs: REPLAY_DEADLINE_MS,
      }),
    );
  };
  return (
    <div className={tried === undefined ? 'site-columns' : 'site-columns wide-left'}>
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
          The journal of that time is played to {tried === undefined ? 'the rule files as they are on the disk now' : 'the rules below'}. No incident
          is changed. It runs beside the gateway; alarms do not wait for it.
        </p>
        <TriedRules tried={tried} onTried={setTried} />
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

interface TriedRulesProps {
  readonly tried: readonly RuleText[] | undefined;
  readonly onTried: (rules: readonly RuleText[] | undefined) => void;
}

/** The site's rules as texts to be changed and tried; no file is touched. */
function TriedRules({ tried, onTried }: TriedRulesProps) {
  const [chosen, setChosen] = useState<string>();
  const [error, setError] = useState('');
  const load = async () => {
    const answer = await rest(ruleTextsSchema, '/site/rules');
    setError(answer.ok ? '' : answer.message);
    if (!answer.ok) return;
    onTried(answer.value.files.length > 0 ? answer.value.files : [{ name: 'rules.yaml', text: 'rules:\n' }]);
  };
  if (tried === undefined) {
    return (
      <>
        <button type="button" data-testid="try-rules" onClick={() => void load()}>
          Try changed rules
        </button>
        <p className="error" role="alert">
          {error}
        </p>
      </>
    );
  }
  const file = tried.find(({ name }) => name === chosen) ?? tried[0];
  const change = (text: string) => onTried(tried.map((each) => (each === file ? { ...each, text } : each)));
  return (
    <div className="tried-rules">
      <div className="site-row">
        <select aria-label="File of rules" data-testid="rule-file" value={file?.name} onChange={(event) => setChosen(event.currentTarget.value)}>
          {tried.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" data-testid="untry-rules" onClick={() => onTried(undefined)}>
          Back to those on disk
        </button>
      </div>
      <textarea
        aria-label="Rules to be tried"
        data-testid="rule-text"
        value={file?.text}
        onChange={(event) => change(event.currentTarget.value)}
        spellCheck={false}
        wrap="off"
      />
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
