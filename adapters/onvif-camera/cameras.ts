import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { PointId } from '../../src/domain/point.ts';
import type { Profile } from './device.ts';
import { cameraAddressSchema } from './options.ts';

/** A camera of the site and the profile that shows it. */
export interface ServedCamera {
  readonly id: PointId;
  readonly profile: Profile;
  /** The profile of its small picture, if it has one. */
  readonly sub?: Profile;
}

/** What a small tile needs. */
const SMALL_PIXELS = 640 * 360;

/**
 * The profile for each camera of the device.
 * @throws ConfigurationError naming what the device has, when it has no such profile or video source.
 */
export function serveCameras(host: AdapterHost, profiles: readonly Profile[], fallback: string | undefined): ServedCamera[] {
  return host.points
    .filter(({ type }) => type === 'camera')
    .map((point) => {
      const { profile: wanted = fallback, videoSource, substream } = cameraAddressSchema.parse(point.at);
      const profile = profiles.find(
        ({ token, name, source }) =>
          (wanted === undefined || token === wanted || name === wanted) && (videoSource === undefined || source === videoSource),
      );
      const sub = profile && smallProfile(profiles, profile, substream);
      if (profile === undefined || (substream !== undefined && sub === undefined)) {
        const offered = profiles.map(({ token, name, source }) => `${token} (${name}, video source ${source})`).join('; ');
        throw new ConfigurationError(`${point.id}: the camera has no such profile or video source; it has ${offered}`);
      }
      return { id: point.id, profile, ...(sub && { sub }) };
    });
}

function smallProfile(profiles: readonly Profile[], main: Profile, wanted: string | undefined): Profile | undefined {
  if (wanted !== undefined) return profiles.find(({ token, name }) => token === wanted || name === wanted);
  const distance = ({ pixels = Infinity }: Profile) => Math.abs(Math.log(pixels / SMALL_PIXELS));
  return profiles
    .filter(({ source, pixels = Infinity }) => source === main.source && pixels < (main.pixels ?? 0))
    .sort((a, b) => distance(a) - distance(b))[0];
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
