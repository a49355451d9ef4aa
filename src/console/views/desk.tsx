import { useState } from 'react';
import { useDesk, useParts } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { openIncidents } from '../store.ts';
import { priorityWords } from '../words.ts';
import { HelpDialog } from './help-dialog.tsx';
import { Devices } from './devices.tsx';
import { Doors } from './doors.tsx';
import { FocusPanel } from './focus-panel.tsx';
import { Header } from './header.tsx';
import { Lab } from './lab.tsx';
import { Log } from './log.tsx';
import { NoticeLine } from './notice-line.tsx';
import { OutdatedDialog } from './outdated-dialog.tsx';
import { Overview } from './overview.tsx';
import { Panels } from './panels.tsx';
import { Queue } from './queue.tsx';

/** The one screen that a dispatcher works at. */
export function Desk({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const { model, sound } = useParts();
  const { view, link, focus } = useDesk();
  // The help remembers over what it was opened: an incident that takes the focus closes it.
  const [helpOver, setHelpOver] = useState<{ readonly incident: string | undefined }>();
  const open = openIncidents(view.incidents);
  const incident = focus.incident === undefined ? undefined : view.incidents.get(focus.incident);
  const step = (by: number) => () => {
    const index = open.findIndex(({ id }) => id === focus.incident);
    const next = open[index === -1 ? 0 : Math.min(open.length - 1, Math.max(0, index + by))];
    if (next !== undefined) model.show(next.id);
  };
  const jump = (to: string | undefined) => (to === undefined ? undefined : () => model.show(to));
  useKeys({
    j: step(1),
    ArrowDown: step(1),
    k: step(-1),
    ArrowUp: step(-1),
    g: jump(focus.waiting),
    b: jump(focus.back),
    o: () => model.show(undefined),
    m: sound.toggle,
    '?': () => setHelpOver({ incident: focus.incident }),
  });
  const [first] = open;
  const site = view.hello?.site.name ?? 'Sallyport';
  return (
    <div className="desk" data-stale={link.state !== 'live' && link.state !== 'connecting'}>
      <title>{first === undefined ? site : `(${open.length}) ${priorityWords[first.priority]}: ${first.title} – ${site}`}</title>
      <p className="heard" aria-live="assertive">
        {incident?.state === 'new' ? `Priority ${incident.priority}, ${priorityWords[incident.priority]}: ${incident.title}` : ''}
      </p>
      <Header onHelp={() => setHelpOver({ incident: focus.incident })} onSignedOut={onSignedOut} />
      <NoticeLine />
      <aside className="left" aria-label="Incidents">
        <Queue incidents={open} />
        <Lab />
      </aside>
      <main className="centre">{incident === undefined ? <Overview /> : <FocusPanel key={incident.id} incident={incident} />}</main>
      <aside className="right" aria-label="Doors, devices and log">
        <Doors />
        <Panels />
        <Devices />
        <Log />
      </aside>
      {helpOver?.incident === focus.incident && helpOver !== undefined && <HelpDialog onClose={() => setHelpOver(undefined)} />}
      {link.state === 'outdated' && <OutdatedDialog />}
    </div>
  );
}
