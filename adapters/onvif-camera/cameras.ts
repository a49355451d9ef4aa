import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { PointId } from '../../src/domain/point.ts';
import type { Profile } from './device.ts';
import { cameraAddressSchema } from './options.ts';

/** A camera of the site and the profile that shows it. */
export interface ServedCamera {
  readonly id: PointId;
  readonly profile: Profile;
}

/**
 * The profile for each camera of the device.
 * @throws ConfigurationError naming what the device has, when it has no such profile or video source.
 */
export function serveCameras(host: AdapterHost, profiles: readonly Profile[], fallback: string | undefined): ServedCamera[] {
  return host.points
    .filter(({ type }) => type === 'camera')
    .map((point) => {
      const { profile: wanted = fallback, videoSource } = cameraAddressSchema.parse(point.at);
      const profile = profiles.find(
        ({ token, name, source }) =>
          (wanted === undefined || token === wanted || name === wanted) && (videoSource === undefined || source === videoSource),
      );
      if (profile === undefined) {
        const offered = profiles.map(({ token, name, source }) => `${token} (${name}, video source ${source})`).join('; ');
        throw new ConfigurationError(`${point.id}: the camera has no such profile or video source; it has ${offered}`);
      }
      return { id: point.id, profile };
    });
}

/** Items of a message's source by which cameras name the picture that it is about. */
const sourceItems = ['VideoSourceConfigurationToken', 'VideoSourceToken', 'VideoSource', 'Source', 'VideoSourceConfiguration'];

/**
 * The cameras that a message is about. On a device with one input it is that one, whatever the message calls it: `000` for `V_SRC_000` is common.
 * With several inputs, a message of an input that the site does not use, or of none that is known, is about none of them.
 */
export function camerasOf(
  source: ReadonlyMap<string, string>,
  served: readonly ServedCamera[],
  profiles: readonly Profile[],
): readonly ServedCamera[] {
  if (new Set(profiles.map((profile) => profile.source)).size <= 1) return served;
  const told = sourceItems.map((item) => source.get(item)).filter((token) => token !== undefined);
  const named = profiles.find((profile) => told.includes(profile.source) || told.includes(profile.sourceConfiguration));
  return named === undefined ? [] : served.filter(({ profile }) => profile.source === named.source);
}
