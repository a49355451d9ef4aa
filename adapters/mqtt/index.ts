import { randomBytes } from 'node:crypto';
import { pause } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { aborted } from '../../src/adapter/aborted.ts';
import { defineAdapter } from '../../src/adapter/contract.ts';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { PointIndex } from '../../src/adapter/mapping/point-index.ts';
import { keyedAddress, mappableKinds } from '../../src/adapter/mapping/schema.ts';
import { availabilityMapping, Inbox } from './inbox.ts';
import { openLink } from './link.ts';
import type { BrokerSettings, Link } from './link.ts';
import { mqttOptions } from './options.ts';
import type { MqttOptions } from './options.ts';
import { readProfile } from './profiles.ts';
import { subscriptions } from './topics.ts';

const JOURNAL_AGAIN_MS = 500;

/** Any device that publishes to an MQTT 3.1.1 broker: which message is which event is said in the site file. */
export default defineAdapter<MqttOptions>({
  name: 'mqtt',
  summary: 'Devices and recorders behind an MQTT 3.1.1 broker, by mappings in the site file; with a profile for Frigate NVR',
  kinds: mappableKinds,
  options: mqttOptions,
  points: { door: keyedAddress, reader: keyedAddress, camera: keyedAddress, panel: keyedAddress, zone: keyedAddress },

  async connect(options, host) {
    const profile = options.profile === undefined ? { availability: [], mappings: [] } : readProfile(options.profile, options.topicPrefix);
    const mappings = [...profile.mappings, ...options.mappings];
    const availability = [...profile.availability, ...options.availability];
    const points = new PointIndex(host, options.points);
    const settings = await brokerSettings(options, host);
    const inbox = new Inbox(host, points, mappings, options.clock);
    const presence = new Inbox(
      host,
      points,
      availability.map((each) => availabilityMapping(each, host.device.id)),
      options.clock,
    );
    let online = false;

    const link = await openLink(settings, host, async (message) => {
      host.decoded?.({ name: message.topic, content: { retained: message.retained, payload: Buffer.from(message.payload).toString('utf8') } });
      // Until this device counts as online, its availability says nothing: it is asked for once more afterwards.
      const signals = [...inbox.signals(message), ...(online ? presence.signals(message) : [])];
      await journalled(signals, host, settings.keepaliveSeconds);
    });
    try {
      const wanted = subscriptions(mappings.map(({ topic }) => topic));
      await link.subscribe(wanted);
      // A broker does not say when it has sent the retained states; those that it sent before this answer are known then.
      await link.roundTrip();
      online = true;
      host.online(`${link.sessionPresent ? 'session resumed' : 'new session'}, ${wanted.length} subscriptions`);
      if (availability.length > 0) await link.subscribe(subscriptions(availability.map(({ topic }) => topic)));
    } catch (error) {
      await link.close();
      throw error;
    }
    return { done: untilOver(link, host.signal) };
  },
});

async function brokerSettings(
  { host: name, port, tls, ca, username, password, clientId, keepaliveSeconds }: MqttOptions,
  host: AdapterHost,
): Promise<BrokerSettings> {
  return {
    host: name,
    port: port ?? (tls ? 8883 : 1883),
    tls,
    // Who only looks must neither end the gateway's connection (3.1.4) nor take from its session.
    clientId: host.readOnly ? `sallyport-${randomBytes(4).toString('hex')}` : (clientId ?? `sallyport-${host.device.id}`),
    readOnly: host.readOnly === true,
    keepaliveSeconds,
    ...(ca !== undefined && { ca: await host.secret(ca) }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: await host.secret(password) }),
  };
}

/**
 * Resolves when all signals of a message are in the journal.
 * @throws Error when that takes longer than the broker may be kept waiting: the link is then given up, and the broker delivers the message again.
 */
async function journalled(signals: readonly DeviceSignal[], host: AdapterHost, patienceSeconds: number): Promise<void> {
  const { clock, signal } = host;
  const deadline = clock.monotonicMs() + patienceSeconds * 1000;
  let waiting = signals;
  for (;;) {
    const results = await Promise.allSettled(waiting.map((each) => host.report(each)));
    waiting = waiting.filter((_, index) => results[index]?.status === 'rejected');
    if (waiting.length === 0) return;
    if (clock.monotonicMs() >= deadline)
      throw new Error(`the journal has not taken a message for ${patienceSeconds} s; the broker will deliver it again`);
    await pause(clock, JOURNAL_AGAIN_MS, signal);
  }
}

async function untilOver(link: Link, signal: AbortSignal): Promise<void> {
  try {
    await Promise.race([aborted(signal), link.lost]);
  } finally {
    await link.close();
  }
}
