import { ConfigurationError, defineAdapter } from '../../src/adapter/contract.ts';
import type { AdapterHost, CameraFacet, Connection, StreamAddress } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { PointId } from '../../src/domain/point.ts';
import { streamUri } from './addresses.ts';
import { SoapClient } from './client.ts';
import type { ClientOptions } from './client.ts';
import { ClockWatch } from './clock-watch.ts';
import { describeDevice, findServices, readProfiles, tellStreamUri } from './device.ts';
import type { Media, Services } from './device.ts';
import { discover } from './discover.ts';
import { Doors, followDoors } from './doors.ts';
import { CertificateError, isRefusal, sentence } from './errors.ts';
import { EventHealth } from './event-health.ts';
import { takeAll } from './event-source.ts';
import type { EventContext, EventSource } from './event-source.ts';
import { followEvents, subscribe } from './events.ts';
import type { Target } from './http.ts';
import { cameraAddressSchema, optionsSchema, tokenAddressSchema } from './options.ts';
import type { Options } from './options.ts';
import { cameraFacet } from './pictures.ts';
import { Points } from './points.ts';
import { recordingFacet } from './recordings.ts';
import { RequestWriter } from './requests.ts';
import { PropertyStates } from './states.ts';
import { topicKinds } from './topics.ts';

/** ONVIF cameras (profiles S and T) and access controllers (A and C): pictures, events, presets, relays, doors. */
export default defineAdapter({
  name: 'onvif-camera',
  summary: 'ONVIF cameras, encoders and access controllers: pictures, analytics, presets, doors and credentials',
  kinds: [...topicKinds, 'device.clock', 'device.trouble'],
  options: optionsSchema,
  points: { camera: cameraAddressSchema, door: tokenAddressSchema, reader: tokenAddressSchema },
  connect,
  discover,
});

async function connect(options: Options, host: AdapterHost): Promise<Connection> {
  const password = await host.secret(options.password);
  const ended = new AbortController();
  const signal = AbortSignal.any([host.signal, ended.signal]);
  const requests = new RequestWriter(host.clock, options.username, password);
  const client = new SoapClient(await clientOptions(options, password, host), host.clock, requests, (frame, reason) => {
    host.malformed(frame, reason);
  });
  const clockWatch = new ClockWatch(host, client, requests, signal);
  const states = new PropertyStates(host, signal, () => clockWatch.offsetMs);
  try {
    const withPictures = host.points.some(({ type }) => type === 'camera');
    const { description, services, media } = await readDevice(client, clockWatch, options, withPictures, signal);
    const points = new Points(host, media?.profiles ?? [], options.profile);
    const cameras = media && (await serveFacet(client, host.clock, signal, media, points, services));
    const doors = points.doors.size > 0 ? new Doors(client, doorService(services), points.doors, signal) : undefined;
    const recordings = recordingFacet(client, services, () => clockWatch.offsetMs, signal);
    await clockWatch.tell((event) => states.report(event));

    const taking = { host, options, points, states };
    if (doors !== undefined) await takeAll(await doors.read(), taking);
    // A device that offers no events has none to lose: that is said, and is no trouble.
    const remark = services.events === undefined ? ' (offers no events)' : '';
    const health = new EventHealth(host, description + remark, (event) => states.report(event));
    const context = services.events && { ...taking, client, events: services.events, signal, clockWatch, health };
    const { source, trouble } = await tryToSubscribe(context);
    health.begin(trouble);

    const told = new AbortController();
    const following = [() => clockWatch.follow((event) => states.report(event))];
    if (context !== undefined) {
      following.push(() =>
        followEvents(context, source, () => {
          told.abort();
        }),
      );
    }
    if (doors !== undefined && source === undefined) following.push(() => followDoors(doors, taking, signal, told.signal));
    return {
      done: untilAllEnd(following, ended, host.signal),
      ...(cameras && { cameras }),
      ...(recordings && { recordings }),
      ...(doors && { doors: { command: doors.command } }),
    };
  } catch (error) {
    ended.abort(error);
    throw error;
  }
}

async function clientOptions(options: Options, password: string, host: AdapterHost): Promise<ClientOptions> {
  const { port = options.tls ? 443 : 80, tls, fingerprint, ca } = options;
  const { username, timeoutMs } = options;
  const usual = { host: options.host, port, username, password, timeoutMs };
  if (!tls) return usual;
  return { ...usual, tls: { ...(fingerprint !== undefined && { fingerprint }), ...(ca !== undefined && { ca: await host.secret(ca) }) } };
}

interface DeviceFacts {
  readonly description: string;
  readonly services: Services;
  /** Undefined where the site has no cameras on the device. */
  readonly media: Media | undefined;
}

/**
 * Asks the device what it is and has.
 * @throws ConfigurationError when it refuses our credentials although they were made with its own time.
 */
async function readDevice(
  client: SoapClient,
  clockWatch: ClockWatch,
  { username }: Options,
  withPictures: boolean,
  signal: AbortSignal,
): Promise<DeviceFacts> {
  const read = async (): Promise<DeviceFacts> => {
    await clockWatch.measure();
    const description = await describeDevice(client, { signal });
    const services = await findServices(client, { signal });
    return { description, services, media: withPictures ? await readProfiles(client, services, { signal }) : undefined };
  };
  return read().catch(async (error: unknown) => {
    if (error instanceof CertificateError) throw new ConfigurationError(error.message, { cause: error });
    if (!isRefusal(error)) throw error;
    // A clock that was set at this moment (by NTP, after a reboot) is refused in the same words as a wrong password. Once more, and no oftener: cameras lock accounts.
    return read().catch((again: unknown) => {
      if (!isRefusal(again)) throw again;
      throw new ConfigurationError(`the camera refuses user name "${username}" or its password (${sentence(again)})`, { cause: again });
    });
  });
}

async function serveFacet(
  client: SoapClient,
  clock: Clock,
  signal: AbortSignal,
  media: Media,
  { cameras }: Points,
  { ptz }: Services,
): Promise<CameraFacet> {
  const { host, username, password } = client.options;
  const streams = new Map<PointId, StreamAddress>();
  for (const { id, profile } of cameras) {
    streams.set(id, { uri: streamUri(await tellStreamUri(client, media, profile, { signal }), host), username, password });
  }
  return cameraFacet({ client, clock, signal, media, cameras, streams, ptz });
}

function doorService({ doors }: Services): Target {
  if (doors === undefined) throw new ConfigurationError('the device offers no Door Control service: it has no doors');
  return doors;
}

/** A camera whose events cannot be had still gives its picture; the trouble is shown and reported. */
async function tryToSubscribe(context: EventContext | undefined): Promise<{ source?: EventSource; trouble?: string }> {
  if (context === undefined) return {};
  try {
    return { source: await subscribe(context) };
  } catch (error) {
    context.signal.throwIfAborted();
    context.host.log.warn({ err: error }, 'the events of the camera cannot be had; its picture can');
    // The camera may have gone altogether.
    await context.clockWatch.measure();
    return { trouble: `no events: ${sentence(error)}` };
  }
}

/** Resolves when all have ended because the gateway stops; when one fails, ends the others and rejects with its reason. */
async function untilAllEnd(tasks: readonly (() => Promise<never>)[], ended: AbortController, stopping: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    tasks.map((task) =>
      task().catch((error: unknown) => {
        failures.push(error);
        ended.abort(error);
      }),
    ),
  );
  if (!stopping.aborted) throw failures[0];
}
