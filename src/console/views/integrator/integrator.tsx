import { useEffect, useEffectEvent, useState } from 'react';
import { useDesk, useParts } from '../../desk-context.ts';
import { useKeys } from '../../keys.ts';
import { openIncidents } from '../../store.ts';
import { Logo } from '../logo.tsx';
import { AlarmBanner } from './alarm-banner.tsx';
import { CheckSection } from './check-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { DiscoverSection } from './discover-section.tsx';
import { EventsSection } from './events-section.tsx';
import { MessagesSection } from './messages-section.tsx';
import { ReplaySection } from './replay-section.tsx';

const sections = ['Devices', 'Discover', 'Check', 'Events', 'Replay', 'Messages'] as const;
type Section = (typeof sections)[number];

/** The page for who sets the site up. Alarms go on: they sound, and the line below the header announces them. */
export function Integrator({ onDesk }: { readonly onDesk: () => void }) {
  const { model } = useParts();
  const { view } = useDesk();
  const [section, setSection] = useState<Section>('Devices');
  // What was typed stays while one looks at another section.
  const [draft, setDraft] = useState<string>();
  useKeys({
    ',': onDesk,
    ...Object.fromEntries(sections.map((name, index) => [String(index + 1), () => setSection(name)])),
  });
  const open = openIncidents(view.incidents);
  const waiting = open.filter(({ state, suppressed }) => state === 'new' && suppressed === undefined);
  const goToAlarm = () => {
    const [first] = waiting;
    if (first !== undefined) model.show(first.id);
    onDesk();
  };
  useEscape(goToAlarm);
  const site = view.hello?.site.name ?? 'Sallyport';
  return (
    <div className="integrator" data-testid="integrator">
      <title>{`${open.length === 0 ? '' : `(${open.length}) `}Site – ${site}`}</title>
      <header className="header">
        <Logo />
        <strong className="product">Site</strong>
        <span className="site">{site}</span>
        <nav aria-label="Sections">
          {sections.map((name, index) => (
            <button
              type="button"
              key={name}
              data-testid={`section-${name.toLowerCase()}`}
              aria-current={name === section ? 'page' : undefined}
              onClick={() => setSection(name)}
            >
              {name} <kbd>{index + 1}</kbd>
            </button>
          ))}
        </nav>
        <span className="user">{view.hello?.user.name}</span>
        <button type="button" data-testid="desk" onClick={onDesk}>
          Desk <kbd>,</kbd>
        </button>
      </header>
      <AlarmBanner waiting={waiting} onGo={goToAlarm} />
      <main key={section}>
        <h1 className="heard">{section}</h1>
        {section === 'Devices' && <DevicesSection />}
        {section === 'Discover' && <DiscoverSection />}
        {section === 'Check' && <CheckSection draft={draft} onDraft={setDraft} />}
        {section === 'Events' && <EventsSection />}
        {section === 'Replay' && <ReplaySection />}
        {section === 'Messages' && <MessagesSection />}
      </main>
    </div>
  );
}

/** Esc leads to the desk out of a text field as well: an alarm must not wait for the mouse. */
function useEscape(onEscape: () => void): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onEscape();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}
