import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';

export interface CapSource {
  readonly site: { readonly id: string; readonly name: string };
  /** A lab's incidents are exercises. */
  readonly lab: boolean;
  readonly name: (id: string) => string;
}

const severities = { 1: 'Extreme', 2: 'Severe', 3: 'Moderate', 4: 'Minor', 5: 'Minor' } as const;
const categories: Readonly<Record<string, string>> = { fire: 'Fire', medical: 'Health' };
const certainties = { actual: 'Observed', 'false-alarm': 'Unlikely', nuisance: 'Unlikely', test: 'Unlikely', fault: 'Unlikely' } as const;

/**
 * The incident as a message of the Common Alerting Protocol (OASIS CAP 1.2, 3.2). The first revision is the Alert, later ones update it, and a closed
 * incident cancels it. The order of the elements is that of the schema.
 */
export function capMessage(incident: Incident, { site, lab, name }: CapSource): string {
  const { id, kind, title, reason, priority, state, revision, openedAt, occurredAt, log, disposition, test, areas, point } = incident;
  const sender = `sallyport@${site.id}`;
  const identifier = (of: number) => `${site.id}-${id}-${of}`;
  const msgType = state === 'closed' ? 'Cancel' : revision === 1 ? 'Alert' : 'Update';
  const over = incident.condition === 'normal' || state === 'closed';
  const info = [
    element('language', 'en'),
    element('category', categories[kind] ?? 'Security'),
    element('event', kind),
    element('urgency', over ? 'Past' : 'Immediate'),
    element('severity', severities[priority]),
    element('certainty', disposition === undefined ? 'Likely' : certainties[disposition]),
    element('onset', time(occurredAt)),
    element('senderName', site.name),
    element('headline', title.slice(0, 160)),
    element('description', reason),
    parameter('priority', String(priority)),
    parameter('state', state),
    ...(disposition === undefined ? [] : [parameter('disposition', disposition)]),
    group('area', [element('areaDesc', areas.length === 0 ? name(point) : areas.map(name).join(', '))]),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${[
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">',
    element('identifier', identifier(revision)),
    element('sender', sender),
    element('sent', time(revision === 1 ? openedAt : (log.at(-1)?.at ?? openedAt))),
    element('status', test === true ? 'Test' : lab ? 'Exercise' : 'Actual'),
    element('msgType', msgType),
    element('scope', 'Restricted'),
    element('restriction', `For the security staff of ${site.name}`),
    // Elements of the message that is updated or cancelled: sender,identifier,sent.
    ...(msgType === 'Alert' ? [] : [element('references', `${sender},${identifier(1)},${time(openedAt)}`)]),
    element('incidents', id),
    group('info', info),
    '</alert>',
  ].join('\n')}\n`;
}

/** CAP 1.2, 3.3.2: without fractions, and UTC is -00:00, never Z. */
function time(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(0, 19)}-00:00`;
}

function parameter(valueName: string, value: string): string {
  return group('parameter', [element('valueName', valueName), element('value', value)]);
}

function group(name: string, inner: readonly string[]): string {
  return `<${name}>\n${inner.join('\n')}\n</${name}>`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function element(name: string, text: string): string {
  // Characters that XML 1.0 has no place for are left out.
  const clean = Array.from(text)
    .filter((each) => each >= ' ' || each === '\n' || each === '\t')
    .join('');
  return `<${name}>${clean.replace(/[&<>"]/g, (each) => escapes[each] ?? each)}</${name}>`;
}
