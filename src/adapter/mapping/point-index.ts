import type { PointId } from '../../domain/point.ts';
import { ConfigurationError } from '../contract.ts';
import type { AdapterHost } from '../contract.ts';
import type { KeyedAddress } from './schema.ts';

/** The points of a device by the names that messages may use: their identifiers and their keys. */
export class PointIndex {
  /** Every name, for conditions such as `payload.camera in points`. */
  readonly names: readonly string[];
  readonly #byName: ReadonlyMap<string, PointId>;

  /**
   * `others`: points that other devices serve, by their names in the messages.
   * @throws ConfigurationError when two points go by one name.
   */
  constructor({ device, points }: Pick<AdapterHost, 'device' | 'points'>, others: Readonly<Record<string, PointId>>) {
    const byName = new Map<string, PointId>([[device.id, device.id], ...points.map(({ id }) => [id, id] as const)]);
    const keys = [...points.map(({ id, at }) => [(at as KeyedAddress).key, id] as const), ...Object.entries(others)];
    for (const [key, id] of keys) {
      if (key === undefined) continue;
      const other = byName.get(key);
      if (other !== undefined && other !== id)
        throw new ConfigurationError(`${other} and ${id} are both called "${key}": give each a key of its own`);
      byName.set(key, id);
    }
    this.#byName = byName;
    this.names = [...byName.keys()];
  }

  find(name: string): PointId | undefined {
    return this.#byName.get(name);
  }
}
