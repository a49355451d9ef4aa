import mqtt, { ErrorWithReasonCode } from 'mqtt';
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import { aborted } from '../../src/adapter/aborted.ts';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Message } from './inbox.ts';
import { LARGEST_PACKET_BYTES, PacketGuard } from './packet-guard.ts';

/** What is needed to reach a broker, its secrets read. */
export interface BrokerSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly ca?: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly keepaliveSeconds: number;
  /** For who only looks: a session that ends with the connection, and no message that wants an acknowledgement. */
  readonly readOnly: boolean;
}

/** A connection that the broker has accepted. */
export interface Link {
  /** Whether the broker still had the session, and with it what was published while nobody was connected. */
  readonly sessionPresent: boolean;
  /** Rejects with the reason when the connection ends. */
  readonly lost: Promise<never>;
  /** @throws ConfigurationError when the broker refuses a filter. */
  subscribe(filters: readonly string[]): Promise<void>;
  /** Resolves when the broker has answered, and everything that it sent before has been taken. */
  roundTrip(): Promise<void>;
  /** Says goodbye and releases the socket. */
  close(): Promise<void>;
}

/** Return codes of CONNACK with which trying again cannot help (MQTT 3.1.1, 3.2.2.3). */
const refusals: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it refuses the client identifier: choose another clientId',
  4: 'user name or password is wrong',
  5: 'user name or password is wrong, or the account may not connect',
};
const REFUSED_SUBSCRIPTION = 0x80;
/** Of a packet that is too long: what is kept. */
/** Identifiers of packets begin at 1 (2.3.1). */
const NO_IDENTIFIER = 0;
const HEAD_BYTES = 256;
const FAREWELL_MS = 1000;
const ACCEPTED_WITHIN_MS = 10_000;

/**
 * Connects with a session that outlives the connection (clean session 0, 3.1.2.4): what is published with QoS 1 meanwhile waits at
 * the broker. A message with QoS 1 is acknowledged when `take` has resolved, and the next is handed over only then.
 * @throws ConfigurationError when the broker refuses the account; Error when it cannot be reached.
 */
export async function openLink(settings: BrokerSettings, host: AdapterHost, take: (message: Message) => Promise<void>): Promise<Link> {
  const address = `${settings.host}:${settings.port}`;
  const client = mqtt.connect(clientOptions(settings));
  let fail: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => {
    fail = reject;
  });
  lost.catch(() => undefined);
  // Replaced before the first byte arrives: the library's own would acknowledge at once. Without the call of `done` there is no PUBACK.
  client.handleMessage = ({ topic, payload, retain, qos, messageId }: IPublishPacket, done) => {
    if (qos > 0 && messageId === NO_IDENTIFIER) return;
    const message = { topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, retained: retain };
    take(message).then(
      () => done(),
      (error: unknown) => fail(error as Error),
    );
  };
  const guard = new PacketGuard();
  client.stream.on('data', (piece: Buffer) => {
    const length = guard.tooLong(piece);
    if (length === undefined) return;
    const reason = `the broker ${address} sends a packet of ${length} bytes, and at most ${LARGEST_PACKET_BYTES} are taken: limit their size at the broker`;
    host.malformed(piece.subarray(0, HEAD_BYTES), reason);
    fail(new Error(reason));
    client.stream.destroy();
  });
  // The library gives a packet that ends before its identifier the number -1, and throws when it answers it.
  client.on('packetreceive', (packet) => {
    if ((packet.messageId ?? NO_IDENTIFIER) >= NO_IDENTIFIER) return;
    packet.messageId = NO_IDENTIFIER;
    const reason = `the broker ${address} sends a packet without its identifier`;
    host.malformed('', `${reason}: ${packet.cmd}`);
    fail(new Error(reason));
    client.stream.destroy();
  });
  client.on('error', (error) => fail(explained(error, address, host)));
  client.on('close', () => fail(new Error(`the broker ${address} ended the connection`)));
  const close = () => closed(client, host);
  try {
    const sessionPresent = await Promise.race([accepted(client), lost, stopped(host.signal)]);
    return {
      sessionPresent,
      lost,
      subscribe: (filters) => Promise.race([subscribe(client, filters, settings.readOnly ? 0 : 1), lost]),
      roundTrip: () => Promise.race([roundTrip(client), lost]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function clientOptions({ tls, host, port, ca, clientId, username, password, keepaliveSeconds, readOnly }: BrokerSettings): IClientOptions {
  return {
    protocol: tls ? 'mqtts' : 'mqtt',
    host,
    port,
    clientId,
    keepalive: keepaliveSeconds,
    protocolVersion: 4,
    clean: readOnly,
    connectTimeout: ACCEPTED_WITHIN_MS,
    // Reconnecting is the supervisor's, which also tells people.
    reconnectPeriod: 0,
    resubscribe: false,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
  };
}

function accepted(client: MqttClient): Promise<boolean> {
  return new Promise((resolve) => client.once('connect', ({ sessionPresent }) => resolve(sessionPresent)));
}

async function stopped(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw signal.reason as Error;
}

function subscribe(client: MqttClient, filters: readonly string[], qos: 0 | 1): Promise<void> {
  return new Promise((resolve, reject) => {
    client.subscribe([...filters], { qos }, (error, granted = [], packet) => {
      const codes = packet?.granted ?? granted.map(({ qos }) => qos);
      const refused = filters.filter((_, index) => codes[index] === REFUSED_SUBSCRIPTION);
      if (refused.length > 0)
        reject(
          new ConfigurationError(
            `the broker does not let this account read ${refused.join(', ')}: allow it there, or take the topic out of the mappings`,
          ),
        );
      else if (error) reject(error);
      else resolve();
    });
  });
}

function roundTrip(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    const look = ({ cmd }: { cmd: string }) => {
      if (cmd !== 'pingresp') return;
      client.off('packetreceive', look);
      resolve();
    };
    client.on('packetreceive', look);
    client.sendPing();
  });
}

function explained(error: Error & { code?: unknown }, address: string, host: AdapterHost): Error {
  if (error instanceof ErrorWithReasonCode) {
    const refusal = refusals[error.code];
    return refusal === undefined
      ? new Error(`the broker ${address} refuses the connection: ${error.message}`, { cause: error })
      : new ConfigurationError(`the broker ${address} refuses the connection: ${refusal}`, { cause: error });
  }
  // What the operating system reports has a code; what the library's parser finds wrong has none.
  if (error.code === undefined) host.malformed('', `from the broker: ${error.message}`);
  return new Error(`the broker ${address} cannot be used: ${error.message}`, { cause: error });
}

/** A broker that does not read any more must not hold up the gateway's end. */
function closed(client: MqttClient, { clock }: AdapterHost): Promise<void> {
  return new Promise((resolve) => {
    const { stream } = client;
    const finish = () => {
      cancel();
      resolve();
    };
    const cancel = clock.after(FAREWELL_MS, () => void stream.destroy());
    if (stream.destroyed) {
      client.end(true, finish);
      return;
    }
    stream.once('close', () => client.end(true, finish));
    if (client.connected) client.end();
    else stream.destroy();
  });
}
