import type { EpochMs } from '../domain/clock.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import { mostSevere } from '../domain/threat.ts';
import type { ThreatLevel } from '../domain/threat.ts';

/** A change of the level of one scope; no level: back to normal. */
interface Change {
  readonly at: EpochMs;
  readonly level: ThreatLevel | undefined;
}

/** Enough to answer for a moment a few seconds ago, however often somebody changed their mind. */
const MOST_CHANGES = 32;

/**
 * Which threat level holds where, from the journal's events of kind `threat.level`: the same journal gives the same levels at the same times.
 * An event of an area counts there and in what lies within, one of the site everywhere; the most severe wins.
 */
export class Threats {
  readonly #levelOf: (id: string) => ThreatLevel | undefined;
  readonly #everywhere: Change[] = [];
  readonly #byArea = new Map<PointId, Change[]>();
  /** Almost always: no event needs to be looked at further. */
  #never = true;

  constructor(levelOf: (id: string) => ThreatLevel | undefined) {
    this.#levelOf = levelOf;
  }

  /** Takes an event of kind `threat.level`. */
  apply({ point, phase, details, eventAt }: Pick<SecurityEvent, 'point' | 'phase' | 'details' | 'eventAt'>): void {
    this.#never = false;
    const isSite = details['scope'] === 'site';
    const changes = isSite ? this.#everywhere : (this.#byArea.get(point) ?? []);
    if (!isSite) this.#byArea.set(point, changes);
    changes.push({ at: eventAt, level: phase === 'raised' ? this.#levelOf(String(details['level'])) : undefined });
    if (changes.length > MOST_CHANGES) changes.shift();
  }

  /** The level that held at a place (its areas, innermost first) at that moment; undefined where it was normal. */
  at(areas: readonly PointId[], when: EpochMs): ThreatLevel | undefined {
    if (this.#never) return undefined;
    const held = [this.#everywhere, ...areas.map((area) => this.#byArea.get(area) ?? [])];
    return mostSevere(held.flatMap((changes) => changes.findLast(({ at }) => at <= when)?.level ?? []));
  }
}
