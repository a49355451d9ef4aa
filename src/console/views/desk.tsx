import { useState } from 'react';
import { useDesk, useParts } from '../desk-context.ts';
import { useKeys } from '../keys.ts';
import { openIncidents } from '../store.ts';
import { priorityWords } from '../words.ts';
import { AlarmsDialog } from './alarms-dialog.tsx';
import { FiguresDialog } from './figures-dialog.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Devices } from './devices.tsx';
import { Doors } from './doors.tsx';
import { FocusPanel } from './focus-panel.tsx';
import { Header } from './header.tsx';
import { HealthBanner } from './health-banner.tsx';
import { Lab } from './lab.tsx';
import { Log } from './log.tsx';
import { NoticeLine } from './notice-line.tsx';
import { OutdatedDialog } from './outdated-dialog.tsx';
import { Overview } from './overview.tsx';
import { Panels } from './panels.tsx';
import { Queue } from './queue.tsx';
import { ThreatDialog } from './threat-dialog.tsx';

type OverDialog = 'help' | 'alarms' | 'figures' | 'threats';

/** The one screen that a dispatcher works at. */
export function Desk({ onSignedOut, onSite }: { readonly onSignedOut: () => void; readonly onSite: (() => void) | undefined }) {
  const { model, sound } = useParts();
  const { view, link, focus } = useDesk();
  // What is only read remembers over what it was opened: an incident that takes the focus closes it.
  const [over, setOver] = useState<{ readonly incident: string | undefined; readonly dialog: OverDialog }>();
  const show = (dialog: OverDialog) => () => setOver({ incident: focus.incident, dialog });
  const close = () => setOver(undefined);
  const shown = over?.dialog === 'alarms' || over?.dialog === 'threats' || over?.incident === focus.incident ? over?.dialog : undefined;
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
    ',': onSite,
    q: show('alarms'),
    f: show('figures'),
    '!': view.hello?.site.threatLevels === undefined ? undefined : show('threats'),
    '?': show('help'),
  });
  const [first] = open;
  const site = view.hello?.site.name ?? 'Sallyport';
  return (
    <div className="desk" data-stale={link.state !== 'live' && link.state !== 'connecting'}>
      <title>{first === undefined ? site : `(${open.length}) ${priorityWords[first.priority]}: ${first.title} – ${site}`}</title>
      <p className="heard" aria-live="assertive">
        {incident?.state === 'new' ? `Priority ${incident.priority}, ${priorityWords[incident.priority]}: ${incident.title}` : ''}
      </p>
      <Header
        onAlarms={show('alarms')}
        onFigures={show('figures')}
        onHelp={show('help')}
        onThreats={show('threats')}
        onSignedOut={onSignedOut}
        onSite={onSite}
      />
      <NoticeLine />
      <HealthBanner />
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
      {shown === 'help' && <HelpDialog onClose={close} />}
      {shown === 'alarms' && <AlarmsDialog onClose={close} />}
      {shown === 'figures' && <FiguresDialog onClose={close} />}
      {shown === 'threats' && <ThreatDialog onClose={close} />}
      {link.state === 'outdated' && <OutdatedDialog />}
    </div>
  );
}
