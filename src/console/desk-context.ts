import { createContext, use, useMemo, useSyncExternalStore } from 'react';
import type { EpochMs } from '../domain/clock.ts';
import type { DeskModel, DeskSnapshot } from './desk-model.ts';
import { namesOf } from './names.ts';
import type { Names } from './names.ts';
import type { AlarmSound, SoundState } from './sound.ts';
import type { Ticker } from './ticker.ts';
import type { LivePlayers } from './video/live-players.ts';
import type { StandBy } from './video/stand-by.ts';

/** What the views of the desk share. */
export interface DeskParts {
  readonly model: DeskModel;
  readonly sound: AlarmSound;
  readonly ticker: Ticker;
  readonly standBy: StandBy;
  readonly players: LivePlayers;
}

export const DeskContext = createContext<DeskParts | undefined>(undefined);

export function useParts(): DeskParts {
  const parts = use(DeskContext);
  if (parts === undefined) throw new Error('a view of the desk was rendered outside the desk');
  return parts;
}

export function useSnapshotOf(model: DeskModel): DeskSnapshot {
  return useSyncExternalStore(model.subscribe, model.snapshot);
}

export function useDesk(): DeskSnapshot {
  return useSnapshotOf(useParts().model);
}

/** The site's names; the same object until the site changes. */
export function useNames(): Names {
  const site = useDesk().view.hello?.site;
  return useMemo(() => namesOf(site), [site]);
}

/** The gateway's time, once a second. */
export function useSecond(): EpochMs {
  const { ticker } = useParts();
  return useSyncExternalStore(ticker.subscribe, ticker.second);
}

export function useSound(): SoundState {
  const { sound } = useParts();
  return useSyncExternalStore(sound.subscribe, sound.state);
}
