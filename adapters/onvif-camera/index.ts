import { ConfigurationError, defineAdapter } from '../../src/adapter/contract.ts';
import type { AdapterHost, Connection, StreamAddress } from '../../src/adapter/contract.ts';
import type { PointId } from '../../src/domain/point.ts';
import { streamUri } from './addresses.ts';
import { serveCameras } from './cameras.ts';
import type { ServedCamera } from './cameras.ts';
import { SoapClient } from './client.ts';
import { ClockWatch } from './clock-watch.ts';
import { describeDevice, findServices, readProfiles, tellStreamUri } from './device.ts';
import type { Media, Services } from './device.ts';
import { SoapFault, sentence } from './errors.ts';
import { followEvents, subscribe } from './events.ts';
import type { EventContext } from './events.ts';
import { cameraAddressSchema, optionsSchema } from './options.ts';
import type { Options } from './options.ts';
import type { PullPoint } from './pull-point.ts';
import { RequestWriter } from './requests.ts';
import { PropertyStates } from './states.ts';
import { topicKinds } from './topics.ts';

/** ONVIF cameras (profiles S and T): their picture's address, and their events by pull point. */
export default defineAdapter({
  name: 'onvif-camera',
  summary: 'ONVIF cameras and encoders: stream addresses, motion, tampering and picture loss',
  kinds: [...topicKinds, 'device.clock'],
  options: optionsSchema,
  points: { camera: cameraAddressSchema },
  connect,
});

async function connect(options: Options, host: AdapterHost): Promise<Connection> {
  const password = await host.secret(options.password);
  const ended = new AbortController();
  const signal = AbortSignal.any([host.signal, ended.signal]);
  const requests = new RequestWriter(host.clock, options.username, password);
  const client = new SoapClient({ ...options, password }, host.clock, requests, (frame, reason) => {
    host.malformed(frame, reason);
  });
  const clockWatch = new ClockWatch(host, client, requests, signal);
  const states = new PropertyStates(host, signal, () => clockWatch.offsetMs);
  try {
    const { description, services, media } = await readDevice(client, clockWatch, options, signal);
    const cameras = serveCameras(host, media.profiles, options.profile);
    const streams = await findStreams(client, media, cameras, { ...options, password }, signal);
    await clockWatch.tell((event) => states.report(event));

    const context = services.events && {
      host,
      client,
      events: services.events,
      signal,
      pullMs: options.pullSeconds * 1_000,
      cameras,
      profiles: media.profiles,
      states,
      clockWatch,
    };
    const { pullPoint, remark } = await tryToSubscribe(context);
    host.online(description + remark);

    const following = [() => clockWatch.follow((event) => states.report(event))];
    if (context !== undefined) {
      following.push(() =>
        followEvents(context, pullPoint, () => {
          host.online(description);
        }),
      );
    }
    return { done: untilAllEnd(following, ended, host.signal), cameras: { stream: (camera) => streamOf(streams, camera) } };
  } catch (error) {
    ended.abort(error);
    throw error;
  }
}

interface DeviceFacts {
  readonly description: string;
  readonly services: Services;
  readonly media: Media;
}

/**
 * Asks the camera what it is and has.
 * @throws ConfigurationError when it refuses our credentials although they were made with its own time.
 */
async function readDevice(client: SoapClient, clockWatch: ClockWatch, { username }: Options, signal: AbortSignal): Promise<DeviceFacts> {
  await clockWatch.measure();
  const read = async (): Promise<DeviceFacts> => {
    const description = await describeDevice(client, { signal });
    const services = await findServices(client, { signal });
    return { description, services, media: await readProfiles(client, services, { signal }) };
  };
  const refused = (error: unknown) => error instanceof SoapFault && error.notAuthorized;
  return read().catch(async (error: unknown) => {
    if (!refused(error)) throw error;
    // A clock that was set at this moment (by NTP, after a reboot) is refused in the same words as a wrong password. Once more, and no oftener: cameras lock accounts.
    await clockWatch.measure();
    return read().catch((again: unknown) => {
      if (!refused(again)) throw again;
      throw new ConfigurationError(`the camera refuses user name "${username}" or its password (${sentence(again)})`, { cause: again });
    });
  });
}

async function findStreams(
  client: SoapClient,
  media: Media,
  cameras: readonly ServedCamera[],
  { host, username, password }: { readonly host: string; readonly username: string; readonly password: string },
  signal: AbortSignal,
): Promise<ReadonlyMap<PointId, StreamAddress>> {
  const streams = new Map<PointId, StreamAddress>();
  for (const { id, profile } of cameras) {
    streams.set(id, { uri: streamUri(await tellStreamUri(client, media, profile, { signal }), host), username, password });
  }
  return streams;
}

function streamOf(streams: ReadonlyMap<PointId, StreamAddress>, camera: PointId): Promise<StreamAddress> {
  const stream = streams.get(camera);
  return stream === undefined ? Promise.reject(new Error(`${camera} is no camera of this device`)) : Promise.resolve(stream);
}

/** A camera whose events cannot be had still gives its picture; the remark says so wherever the device is shown. */
async function tryToSubscribe(context: EventContext | undefined): Promise<{ pullPoint?: PullPoint; remark: string }> {
  if (context === undefined) return { remark: ' (offers no events)' };
  try {
    return { pullPoint: await subscribe(context), remark: '' };
  } catch (error) {
    context.signal.throwIfAborted();
    context.host.log.warn({ err: error }, 'the events of the camera cannot be had; its picture can');
    // The camera may have gone altogether.
    await context.clockWatch.measure();
    return { remark: ` (no events: ${sentence(error)})` };
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
