import { kinds } from '../../src/domain/kinds.ts';
import type { EventKind } from '../../src/domain/kinds.ts';

/** What the number after a code, or in the zone field, counts. */
export type Addressed = 'zone' | 'user' | 'area' | 'none';

export interface CodeRow {
  readonly words: string;
  readonly address: Addressed;
  /** Where it is not the kind that the domain's table gives for the code. */
  readonly kind?: EventKind;
  /** The code whose state this one ends. */
  readonly restores?: string;
  /** A further kind that it ends where it stands: a "restoral" clears the trouble as well as the alarm. */
  readonly alsoRestores?: EventKind;
}

/** Zone families of SIA DC-03: the first letter of a code, and the words for it. */
const families: Readonly<Record<string, string>> = {
  B: 'burglary',
  F: 'fire',
  G: 'gas',
  H: 'hold-up',
  K: 'heat',
  M: 'medical',
  P: 'panic',
  Q: 'emergency',
  S: 'sprinkler',
  U: 'untyped zone',
  W: 'water',
  Z: 'freeze',
};

/** What the second letter says in every zone family. `*` stands for the family's letter. */
const suffixes: Readonly<Record<string, Omit<CodeRow, 'address'>>> = {
  A: { words: 'alarm' },
  B: { words: 'bypass', kind: 'zone.bypassed' },
  H: { words: 'alarm restored', restores: '*A' },
  J: { words: 'trouble restored', restores: '*T' },
  R: { words: 'restoral', restores: '*A', alsoRestores: 'zone.trouble' },
  S: { words: 'supervisory', kind: 'zone.trouble' },
  T: { words: 'trouble', kind: 'zone.trouble' },
  U: { words: 'unbypass', restores: '*B' },
  X: { words: 'test', kind: 'panel.test' },
};

/** Codes outside the families, and those inside that mean something else. */
const single: Readonly<Record<string, CodeRow>> = {
  AR: { words: 'mains power restored', address: 'none', restores: 'AT' },
  AT: { words: 'mains power failed', address: 'none' },
  BC: { words: 'burglary alarm cancelled by user', address: 'user' },
  BG: { words: 'unverified burglary event', address: 'zone' },
  BM: { words: 'burglary alarm verified by cross point', address: 'zone', kind: 'intrusion.alarm' },
  BV: { words: 'burglary verified', address: 'area' },
  BZ: { words: 'zone missing', address: 'zone', kind: 'zone.trouble' },
  CA: { words: 'armed automatically', address: 'area' },
  CF: { words: 'armed with zones not ready', address: 'user' },
  CG: { words: 'area armed', address: 'area' },
  CI: { words: 'not armed in time', address: 'area' },
  CL: { words: 'armed', address: 'user' },
  CP: { words: 'armed automatically', address: 'user', kind: 'panel.armed' },
  CQ: { words: 'armed remotely', address: 'user', kind: 'panel.armed' },
  CR: { words: 'alarm shortly after arming', address: 'user' },
  CS: { words: 'armed by key switch', address: 'zone', kind: 'panel.armed' },
  DC: { words: 'door closed to all users', address: 'zone' },
  DD: { words: 'access denied, unknown code', address: 'zone' },
  DF: { words: 'door forced', address: 'zone' },
  DG: { words: 'access granted', address: 'zone' },
  DH: { words: 'door no longer held open', address: 'zone', restores: 'DN' },
  DK: { words: 'access denied, known code', address: 'zone' },
  DL: { words: 'door held open, alarm', address: 'zone' },
  DM: { words: 'door held open, trouble', address: 'zone' },
  DN: { words: 'door held open', address: 'zone' },
  DO: { words: 'door open to authorised users', address: 'zone' },
  DR: { words: 'door restored', address: 'zone', restores: 'DF', alsoRestores: 'door.held' },
  DX: { words: 'request to exit', address: 'zone' },
  EA: { words: 'exit alarm', address: 'zone', kind: 'intrusion.alarm' },
  EE: { words: 'exit error', address: 'user' },
  EJ: { words: 'expander tamper restored', address: 'none', restores: 'ES' },
  ES: { words: 'expander tamper', address: 'none' },
  FC: { words: 'fire alarm cancelled by user', address: 'zone' },
  FG: { words: 'unverified fire event', address: 'zone' },
  FM: { words: 'fire alarm verified by cross point', address: 'zone', kind: 'fire.alarm' },
  FV: { words: 'fire supervisory restored', address: 'zone', restores: 'FS' },
  FY: { words: 'fire zone missing', address: 'zone', kind: 'zone.trouble' },
  JA: { words: 'too many wrong user codes', address: 'user' },
  JC: { words: 'user code tamper restored', address: 'user', restores: 'JA' },
  JL: { words: 'event log nearly full', address: 'none' },
  JT: { words: 'clock was set', address: 'user' },
  LB: { words: 'local programming begun', address: 'none' },
  LR: { words: 'telephone line restored', address: 'none' },
  LT: { words: 'telephone line trouble', address: 'none' },
  LX: { words: 'local programming ended', address: 'none' },
  NF: { words: 'perimeter armed with zones not ready', address: 'area', kind: 'panel.armed' },
  NL: { words: 'perimeter armed', address: 'area', kind: 'panel.armed' },
  NR: { words: 'network restored', address: 'none' },
  NT: { words: 'network failed', address: 'none' },
  OA: { words: 'disarmed automatically', address: 'area', restores: 'CA' },
  OC: { words: 'alarm cancelled', address: 'user' },
  OG: { words: 'area disarmed', address: 'area', restores: 'CG' },
  OP: { words: 'disarmed', address: 'user', restores: 'CL' },
  OQ: { words: 'disarmed remotely', address: 'user', restores: 'CL' },
  OR: { words: 'disarmed after an alarm', address: 'user', restores: 'CL' },
  OS: { words: 'disarmed by key switch', address: 'zone', restores: 'CL' },
  RB: { words: 'remote programming begun', address: 'none' },
  RP: { words: 'automatic test report', address: 'none' },
  RR: { words: 'panel powered up', address: 'none' },
  RS: { words: 'remote programming succeeded', address: 'none' },
  RX: { words: 'manual test report', address: 'user', kind: 'panel.test' },
  TA: { words: 'tamper', address: 'zone' },
  TB: { words: 'tamper bypass', address: 'zone', kind: 'zone.bypassed' },
  TE: { words: 'test ended', address: 'none' },
  TH: { words: 'tamper alarm restored', address: 'zone', restores: 'TA' },
  TJ: { words: 'tamper trouble restored', address: 'zone', restores: 'TA' },
  TR: { words: 'tamper restored', address: 'zone', restores: 'TA' },
  TS: { words: 'test started', address: 'none' },
  TT: { words: 'tamper while disarmed', address: 'zone', kind: 'tamper' },
  TU: { words: 'tamper unbypass', address: 'zone', restores: 'TB' },
  TX: { words: 'test report', address: 'none' },
  UX: { words: 'undefined alarm', address: 'zone', kind: 'intrusion.alarm' },
  XR: { words: 'transmitter battery restored', address: 'zone', restores: 'XT' },
  XT: { words: 'transmitter battery low', address: 'zone', kind: 'device.power' },
  YC: { words: 'communication failed', address: 'none' },
  YK: { words: 'communication restored', address: 'none', restores: 'YC' },
  YM: { words: 'battery missing', address: 'none' },
  YP: { words: 'power supply trouble', address: 'none', kind: 'device.power' },
  YQ: { words: 'power supply restored', address: 'none', restores: 'YP' },
  YR: { words: 'battery restored', address: 'none', restores: 'YT' },
  YS: { words: 'communication trouble', address: 'none' },
  YT: { words: 'battery low', address: 'none' },
  YX: { words: 'service required', address: 'none' },
};

/** Every SIA DC-03 code that this adapter has words for. */
export const siaCodes: ReadonlyMap<string, CodeRow> = new Map([...familyRows(), ...Object.entries(single)]);

/** The kind that a code raises according to the domain's table, turned round: from code to kind. */
export const siaKinds: ReadonlyMap<string, EventKind> = raisingKinds('sia');

/** Which kind each code raises, from the domain's table of kinds. */
export function raisingKinds(column: 'sia' | 'contactId'): Map<string, EventKind> {
  const entries = Object.entries(kinds) as [EventKind, (typeof kinds)[EventKind]][];
  return new Map(entries.flatMap(([kind, row]) => (row[column] ?? []).map((code) => [code, kind] as const)));
}

function familyRows(): [string, CodeRow][] {
  return Object.entries(families).flatMap(([letter, name]) =>
    Object.entries(suffixes).map(([suffix, row]): [string, CodeRow] => [
      letter + suffix,
      { ...row, words: `${name} ${row.words}`, address: 'zone', ...(row.restores && { restores: row.restores.replace('*', letter) }) },
    ]),
  );
}
