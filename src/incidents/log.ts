import type { LogEntry } from '../domain/incident.ts';
import { GATEWAY } from './life-cycle.ts';

/** How many lines an incident's log keeps before the gateway's oldest go. What a person did or wrote always stays. */
export const MOST_LINES = 100;

export function withLine(log: readonly LogEntry[], line: LogEntry): readonly LogEntry[] {
  const all = [...log, line];
  if (all.length <= MOST_LINES) return all;
  const oldestOfGateway = all.findIndex(({ by }, index) => index > 0 && by === GATEWAY);
  return oldestOfGateway === -1 ? all : all.toSpliced(oldestOfGateway, 1);
}
