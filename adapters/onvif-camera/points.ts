import type { AdapterHost, ServedPoint } from '../../src/adapter/contract.ts';
import type { PointId } from '../../src/domain/point.ts';
import { camerasOf, serveCameras } from './cameras.ts';
import type { ServedCamera } from './cameras.ts';
import type { Profile } from './device.ts';
import type { Notification } from './notifications.ts';
import { tokenAddressSchema } from './options.ts';
import type { Topic } from './topics.ts';

/** A door or reader, by its token on the device. */
type ByToken = ReadonlyMap<string, PointId>;

/** The device's points in the site, and which of them a message is about. */
export class Points {
  readonly cameras: readonly ServedCamera[];
  readonly doors: ByToken;
  readonly #readers: ByToken;
  readonly #device: PointId;
  readonly #profiles: readonly Profile[];

  /** @throws ConfigurationError when a camera's profile does not exist. */
  constructor(host: AdapterHost, profiles: readonly Profile[], fallback: string | undefined) {
    this.#device = host.device.id;
    this.#profiles = profiles;
    this.cameras = serveCameras(host, profiles, fallback);
    this.doors = byToken(host.points.filter(({ type }) => type === 'door'));
    this.#readers = byToken(host.points.filter(({ type }) => type === 'reader'));
  }

  /** Door Control, 6 and Access Control, 6 name the door and the access point by these items of the source. */
  about(topic: Topic, { source }: Notification): readonly PointId[] {
    switch (topic.about) {
      case 'picture':
        return camerasOf(source, this.cameras, this.#profiles).map(({ id }) => id);
      case 'device':
        return [this.#device];
      case 'door':
        return [this.doors.get(source.get('DoorToken') ?? '')].filter((door) => door !== undefined);
      case 'reader': {
        const reader = this.#readers.get(source.get('AccessPointToken') ?? '');
        // Somebody under threat is never out of scope, wherever they stand.
        return reader !== undefined ? [reader] : topic.kind === 'duress.alarm' ? [this.#device] : [];
      }
    }
  }
}

function byToken(points: readonly ServedPoint[]): ByToken {
  return new Map(points.map(({ id, at }) => [tokenAddressSchema.parse(at).token, id]));
}
