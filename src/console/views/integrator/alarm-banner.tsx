import type { Incident } from '../../../domain/incident.ts';
import { useDesk } from '../../desk-context.ts';
import { PriorityBadge } from '../badge.tsx';
import { NoticeLine } from '../notice-line.tsx';

/** The line that is always there: the most urgent incident that nobody has acknowledged, or how the connection is. */
export function AlarmBanner({ waiting, onGo }: { readonly waiting: readonly Incident[]; readonly onGo: () => void }) {
  const { link } = useDesk();
  const [first] = waiting;
  if (link.state === 'lost') return <NoticeLine />;
  if (first === undefined) {
    return (
      <div className="notice calm" data-testid="site-notice">
        <span>
          <span aria-hidden="true">●</span> No new incidents. They are announced here while you work.
        </span>
      </div>
    );
  }
  const critical = first.priority === 1;
  return (
    <div className={`notice ${critical ? 'critical' : 'waiting'}`} data-testid="site-alarm" role={critical ? 'alert' : 'status'}>
      <PriorityBadge priority={first.priority} />
      <span className="say">
        <strong>{first.title}</strong>
        {waiting.length > 1 && ` and ${waiting.length - 1} more`}
      </span>
      <button type="button" data-testid="site-alarm-go" onClick={onGo}>
        Go to the desk <kbd>Esc</kbd>
      </button>
    </div>
  );
}
