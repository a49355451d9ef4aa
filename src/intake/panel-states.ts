import type { SecurityEvent } from '../domain/event.ts';
import { panelAfter, unknownPanel } from '../domain/panel.ts';
import type { PanelState } from '../domain/panel.ts';
import type { PointId } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';

/** How every alarm panel stands now: what is armed, by whom, and each zone, from the journal's latest events and those that follow. */
export class PanelStates {
  readonly #panels: Map<PointId, PanelState>;
  /** The panel that a point is, or belongs to. */
  readonly #panelOf: ReadonlyMap<PointId, PointId>;

  constructor(site: Site, latest: readonly SecurityEvent[]) {
    this.#panels = new Map(
      site.panels.map(({ id }) => [
        id,
        unknownPanel(
          id,
          site.zones.filter(({ panel }) => panel === id).map((zone) => zone.id),
        ),
      ]),
    );
    this.#panelOf = new Map([
      ...site.panels.map(({ id }): [PointId, PointId] => [id, id]),
      ...site.zones.map(({ id, panel }): [PointId, PointId] => [id, panel]),
    ]);
    for (const event of latest) this.apply(event);
  }

  all(): readonly PanelState[] {
    return [...this.#panels.values()];
  }

  /** The panel's new state, if the event changed it. */
  apply(event: SecurityEvent): PanelState | undefined {
    const panel = this.#panelOf.get(event.point);
    const state = panel === undefined ? undefined : this.#panels.get(panel);
    if (panel === undefined || state === undefined) return undefined;
    const next = panelAfter(state, event);
    if (next === state) return undefined;
    this.#panels.set(panel, next);
    return next;
  }
}
