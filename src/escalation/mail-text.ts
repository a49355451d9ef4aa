import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';

export interface MailTextSource {
  readonly site: { readonly name: string; readonly timeZone?: string };
  /** Where the console is, for a link; there is none without it. */
  readonly console?: string;
  readonly name: (id: string) => string;
}

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** The incident as an e-mail of plain text: what a person who reads it on a telephone needs to decide whether to go. */
export function mailText(incident: Incident, { site, console, name }: MailTextSource): MailText {
  const { id, title, reason, priority, priorityBecause, point, areas, occurredAt, openedAt } = incident;
  const time = (at: EpochMs) => timeOn(at, site.timeZone ?? 'UTC');
  const places = [...new Set([point, ...areas])].map(name).join(', ');
  const lines = [
    `Nobody has acknowledged this incident.`,
    '',
    title,
    '',
    `Priority ${priority} of 5 (1 is the most urgent):`,
    ...priorityBecause.map(({ priority: to, because }) => `  ${to}: ${because}`),
    `Why: ${reason}`,
    `Where: ${places}`,
    `Happened: ${time(occurredAt)}`,
    `Opened: ${time(openedAt)}`,
    `Incident: ${id} at ${site.name}`,
    ...(console === undefined ? [] : ['', linkTo(console, id)]),
  ];
  return { subject: `[Priority ${priority}] ${title} – ${site.name}`, text: `${lines.join('\n')}\n` };
}

/** The console opens the incident that its address names. */
function linkTo(console: string, incident: string): string {
  const url = new URL(console);
  url.searchParams.set('incident', incident);
  return url.href;
}

function timeOn(at: EpochMs, timeZone: string): string {
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long', timeZone });
  return words.format(at);
}
