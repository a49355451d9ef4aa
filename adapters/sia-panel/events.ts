import type { Phase } from '../../src/domain/event.ts';
import { kinds } from '../../src/domain/kinds.ts';
import type { EventKind } from '../../src/domain/kinds.ts';
import { contactIdCodes, contactIdKinds } from './contact-id-codes.ts';
import type { ContactId, SiaEvent } from './content.ts';
import { siaCodes, siaKinds } from './sia-codes.ts';
import type { Addressed, CodeRow } from './sia-codes.ts';

/** What one code of a panel says, in the field's words. */
export interface Meaning {
  readonly kind: EventKind;
  readonly phase: Phase;
  readonly words: string;
  readonly code: string;
  readonly address: Addressed;
  /** A state that was told before and is told again on request: never a new alarm by itself. */
  readonly initial?: true;
  /** A further kind that ends, if it stands. */
  readonly alsoRestores?: EventKind;
}

/** The meaning of a SIA code. A code without a row is a `panel.message`: it is shown, never dropped. */
export function siaMeaning({ code }: Pick<SiaEvent, 'code'>): Meaning {
  const row = siaCodes.get(code);
  const kind = siaKind(row?.restores ?? code);
  return {
    kind,
    phase: row?.restores === undefined ? raisedPhase(kind, row) : 'restored',
    words: row?.words ?? `SIA code ${code}`,
    code,
    address: row?.address ?? 'none',
    ...(row?.alsoRestores && { alsoRestores: row.alsoRestores }),
  };
}

/** The meaning of a Contact ID event with its qualifier. */
export function contactIdMeaning({ qualifier, event }: Pick<ContactId, 'qualifier' | 'event'>): Meaning {
  const row = contactIdCodes.get(event);
  const kind = row?.kind ?? contactIdKinds.get(event) ?? 'panel.message';
  const restored = qualifier === '3';
  const words = row?.words ?? `Contact ID event ${event}`;
  const common = { kind, code: `${{ 1: 'E', 3: 'R', 6: 'P' }[qualifier] ?? qualifier}${event}`, address: row?.address ?? 'none' } as const;
  // DC-05: for openings and closings the qualifier 1 is the opening (disarmed) and 3 the closing (armed).
  if (kind === 'panel.armed') {
    return restored ? { ...common, phase: 'raised', words } : { ...common, phase: 'restored', words: words.replace('armed', 'disarmed') };
  }
  const raised = raisedPhase(kind, row);
  if (qualifier === '6') return { ...common, phase: raised, words: `${words}, still present`, initial: true };
  if (restored) return { ...common, phase: raised === 'raised' ? 'restored' : 'momentary', words: `${words}, restored` };
  return { ...common, phase: raised, words };
}

/** Every kind that a code of either table can give. */
export const mappedKinds: readonly EventKind[] = [
  ...new Set<EventKind>([
    ...[...siaCodes.keys(), ...siaKinds.keys()].map((code) => siaMeaning({ code }).kind),
    ...[...contactIdCodes.keys(), ...contactIdKinds.keys()].map((event) => contactIdMeaning({ qualifier: '1', event }).kind),
    'panel.message',
  ]),
];

function siaKind(code: string): EventKind {
  return siaCodes.get(code)?.kind ?? siaKinds.get(code) ?? 'panel.message';
}

/** A code that nobody mapped has no end that anybody would recognise, so it never stands as a state. */
function raisedPhase(kind: EventKind, row: CodeRow | undefined): Phase {
  return row?.momentary !== true && kind !== 'panel.message' && kinds[kind].words.restored !== undefined ? 'raised' : 'momentary';
}
