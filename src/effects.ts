import type { Effect } from './domain/effect.ts';
import { GATEWAY } from './incidents/life-cycle.ts';
import type { PtzControl } from './ptz/control.ts';
import type { Video } from './video/index.ts';

export interface EffectTargets {
  readonly video: Pick<Video, 'keep' | 'over'>;
  readonly ptz: Pick<PtzControl, 'automatic'>;
  readonly audit: (line: { at: number; by: string; point: string; text: string }) => void;
}

/** Does what rules ask for besides incidents. */
export function doEffects({ video, ptz, audit }: EffectTargets): (effect: Effect) => void {
  return (effect) => {
    const { id, event, at, reason, rule } = effect;
    if (effect.effect === 'bookmark') {
      video.keep(id, event.place.cameras, event.eventAt);
      // A bookmark waits for nobody.
      video.over(id);
      audit({ at, by: GATEWAY, point: event.point, text: `keeps the video: ${reason}` });
      return;
    }
    const { camera, preset, priority } = effect;
    ptz.automatic({ id: `rule ${rule}`, kind: 'alarm', camera, preset, priority, by: reason });
    audit({ at, by: GATEWAY, point: camera, text: `wants the camera at ${preset}: ${reason}` });
  };
}
