import { useDesk } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { Rows } from './rows.tsx';

/** Who did what and what happened, newest first. */
export function Log() {
  const { view } = useDesk();
  return (
    <section className="panel log">
      <h2>Log</h2>
      <Rows
        label="Log"
        rowRem={3.6}
        empty="Nothing happened yet"
        rows={view.log.toReversed().map(({ id, at, by, text }) => ({
          key: id,
          content: (
            <div className="log-row" data-testid="log-line" title={text}>
              <time>{clockTime(at)}</time> <span className="by">{by}</span>
              <span className="text">{text}</span>
            </div>
          ),
        }))}
      />
    </section>
  );
}
