import { accountingSchema } from '../../../desk/integrator-schemas.ts';
import { useAnswer } from './use-answer.ts';

const LOOK_AGAIN_MS = 3000;

/** Where everything went that devices sent since the gateway started: the sums must come out. */
export function AccountingLine() {
  const { answer } = useAnswer(accountingSchema, '/accounting', LOOK_AGAIN_MS);
  if (answer === undefined) return <p className="quiet accounting">Asking the gateway …</p>;
  if (!answer.ok) return <p className="error accounting">{answer.message}</p>;
  const { signals, events, suppressedBy, ruleFailures, malformed } = answer.value;
  return (
    <dl className="accounting" data-testid="accounting">
      <div>
        <dt>Signals received {signals.received} =</dt>
        <dd>
          {signals.accepted} accepted + {signals.repeated} repeated + {signals.unchanged} unchanged + {signals.refused} refused; {malformed} malformed
          frames beside them
        </dd>
      </div>
      <div>
        <dt>Events taken {events.taken} =</dt>
        <dd>
          {events.attached} attached to incidents + {events.waiting} waiting + {events.suppressed} suppressed
          {suppressedBy.length > 0 && ` (${suppressedBy.map(({ rule, events: count }) => `${rule}: ${count}`).join(', ')})`} + {events.informational}{' '}
          informational
          {ruleFailures.length > 0 && `; rules that failed: ${ruleFailures.map(({ rule, failures }) => `${rule}: ${failures}`).join(', ')}`}
        </dd>
      </div>
    </dl>
  );
}
