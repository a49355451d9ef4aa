import type { EpochMs } from './clock.ts';

/** Alarm levels of ANSI/TMA-AVS-01, alarm validation scoring: what a call for service can say about a burglar alarm. */
export const avsLevels = [0, 1, 2, 3, 4] as const;
export type AvsLevel = (typeof avsLevels)[number];

export const avsWords: Readonly<Record<AvsLevel, string>> = {
  0: 'No call for service',
  1: 'Call for service, little or no further information',
  2: 'Somebody is there, or very probably; intent unknown',
  3: 'Confirmed threat to property',
  4: 'Confirmed threat to life',
};

/** The level that the evidence suggests, and the one that a dispatcher gave. */
export interface Avs {
  readonly suggested: { readonly level: AvsLevel; readonly because: string };
  readonly confirmed?: { readonly level: AvsLevel; readonly by: string; readonly at: EpochMs };
}
