import { AccessController } from './access-controller.ts';
import { selfSigned } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { Condition } from './condition.ts';
import { DigestGuard } from './digest.ts';
import { announce } from './discovery.ts';
import type { CameraOptions } from './options.ts';
import { ffmpeg } from './picture/ffmpeg.ts';
import { footageOf } from './picture/footage.ts';
import type { Coding } from './picture/footage.ts';
import { PictureSource } from './picture/source.ts';
import { Port } from './port.ts';
import { quirks } from './quirks.ts';
import type { Quirks } from './quirks.ts';
import { Recordings } from './recordings.ts';
import { replayServer } from './rtsp/replay-server.ts';
import { RtspServer } from './rtsp/server.ts';
import { streamPath } from './soap/camera-facts.ts';
import type { CameraFacts, ServiceName } from './soap/camera-facts.ts';
import type { Relays } from './soap/device-service.ts';
import { PtzUnit } from './soap/ptz-unit.ts';
import { Subscriptions } from './soap/subscriptions.ts';
import { accessTopics, analyticsTopics, doorTopics, pictureTopics } from './soap/topics.ts';
import type { Topic } from './soap/topics.ts';
import { UsernameTokenGuard } from './soap/wsse.ts';
import { webServer } from './web.ts';

const realm = 'Simulated camera';

/** How the encoder works. */
interface Encoding {
  readonly smaller: boolean;
  readonly coding: Coding;
}
const usualEncoding: Encoding = { smaller: false, coding: 'in-order' };

interface Running {
  readonly source: PictureSource;
  readonly rtsp: RtspServer;
  readonly ports: readonly [http: Port, rtsp: Port, ...replay: Port[]];
  readonly withdraw: () => void;
}

/** A camera put together: sensor, encoder, RTSP server, web server, discovery. */
export class Camera {
  readonly condition = new Condition();
  readonly subscriptions: Subscriptions;
  readonly relays: Relays;
  readonly recordings: Recordings;
  /** Where it looks, if it has presets and so turns. */
  readonly ptz = new PtzUnit(() => performance.now());
  /** The doors, where it is an access controller as well. */
  readonly controller: AccessController | undefined;
  /** By which it is known over HTTPS. */
  readonly certificate: Certificate | undefined;
  readonly #quirks: Quirks;
  readonly #id: string;
  readonly #options: CameraOptions;
  readonly #digest: DigestGuard;
  readonly #usernameToken: UsernameTokenGuard;
  #running: Running | undefined;
  #restart: NodeJS.Timeout | undefined;
  #silent = false;
  #seen = { intruder: false, covered: false, signalLost: false };
  #encoding: Encoding = usualEncoding;

  constructor(id: string, options: CameraOptions) {
    this.#id = id;
    this.#options = options;
    this.certificate = options.tls ? selfSigned(id, options.host) : undefined;
    this.#quirks = quirks.read(options.quirks);
    this.subscriptions = new Subscriptions(() => this.condition.now(), topicsOf(options), this.#quirks.neverRestores);
    this.relays = new Map(options.relays.map((token) => [token, false]));
    this.controller = options.doors.length === 0 ? undefined : new AccessController(options, this.subscriptions);
    this.recordings = new Recordings(options.recordings, () => this.condition.now());
    this.#digest = new DigestGuard(realm, options, this.#quirks.digestWithoutQop);
    this.#usernameToken = new UsernameTokenGuard(options.username, options.password, () => this.condition.now());
  }

  /** The ports, once it runs. */
  get httpPort(): number {
    return this.#running?.ports[0].number ?? this.#options.httpPort;
  }

  get rtspPort(): number {
    return this.#running?.ports[1].number ?? this.#options.rtspPort;
  }

  /** How many RTSP sessions stand. */
  get sessions(): number {
    return this.#running?.rtsp.sessions ?? 0;
  }

  /** How many pictures it has sent by RTSP since it was started, to all clients. */
  get pictures(): number {
    return this.#running?.rtsp.pictures ?? 0;
  }

  /** @throws Error naming a port that is taken, or what is missing to draw the pictures. */
  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { host, scene, httpPort, rtspPort, sessionTimeoutSeconds, phaseMs } = this.#options;
    const { condition, subscriptions } = this;
    const footage = await footageOf(scene);
    let replayPort: Port | undefined;
    const source = new PictureSource(footage, this.#id, () => condition.clockSkewMs, phaseMs);
    const facts: CameraFacts = {
      id: this.#id,
      host,
      tls: this.certificate !== undefined,
      scene,
      services: furtherServices(this.#options, this.#quirks),
      httpPort: () => this.httpPort,
      rtspPort: () => this.rtspPort,
      replayPort: () => replayPort?.number ?? this.#options.replayPort,
      now: () => condition.now(),
    };
    const rtsp = new RtspServer({
      name: this.#id,
      host,
      path: streamPath,
      source,
      condition,
      digest: this.#digest,
      password: this.#options,
      sessionTimeoutSeconds,
      quirks: this.#quirks,
    });
    const snapshot = (): Promise<Buffer> => jpegOf(source);
    const web = webServer({
      facts,
      condition,
      subscriptions,
      digest: this.#digest,
      usernameToken: this.#usernameToken,
      password: this.#options,
      quirks: this.#quirks,
      relays: this.relays,
      presets: this.#options.presets,
      ptz: this.ptz,
      recordings: this.recordings,
      controller: this.controller,
      certificate: this.certificate,
      snapshot,
    });
    if (this.recordings.all.length > 0) {
      const server = replayServer({ host, recordings: this.recordings, footage, digest: this.#digest, condition });
      replayPort = new Port(server, host, this.#options.replayPort, `camera ${this.#id}, replay`);
    }
    const ports: Running['ports'] = [
      new Port(web, host, httpPort, `camera ${this.#id}, HTTP`),
      new Port(rtsp.server, host, rtspPort, `camera ${this.#id}, RTSP`),
      ...(replayPort === undefined ? [] : [replayPort]),
    ];
    let withdraw = (): void => undefined;
    try {
      for (const port of ports) await port.open();
      if (this.#options.discovery) withdraw = await announce({ facts, awake: () => !this.#silent && !condition.stalled });
    } catch (error) {
      for (const port of ports) await port.shut();
      throw error;
    }
    this.#running = { source, rtsp, ports, withdraw };
    this.#show();
    await this.encode({});
    source.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#restart);
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.withdraw();
    running.source.stop();
    this.subscriptions.lose();
    this.controller?.stop();
    for (const port of running.ports) await port.shut();
    running.rtsp.endSessions();
  }

  /** What is before the lens, and whether the sensor works; the picture follows at the next key frame. */
  see(what: Partial<{ intruder: boolean; covered: boolean; signalLost: boolean }>): void {
    this.#seen = { ...this.#seen, ...what };
    this.#show();
  }

  /** Sets the encoder; the stream follows at the next key frame. @throws Error when the pictures cannot be coded like that. */
  async encode(change: Partial<Encoding>): Promise<void> {
    const wanted = { ...this.#encoding, ...change };
    this.#encoding = wanted;
    const footage = await footageOf(this.#options.scene, wanted.coding);
    // It may have been set again meanwhile, or switched off.
    if (this.#encoding !== wanted || this.#running === undefined) return;
    this.#running.source.coded = footage;
    this.#running.source.smaller = wanted.smaller;
  }

  /** Refuses connections until `recover`. */
  async fallSilent(): Promise<void> {
    this.#silent = true;
    for (const port of this.#running?.ports ?? []) await port.shut();
    this.#running?.rtsp.endSessions();
  }

  /** Ends every fault. @throws Error when a port was taken in the meantime. */
  async recover(): Promise<void> {
    // What was asked during a stall is never answered.
    if (this.condition.stalled) for (const port of this.#running?.ports ?? []) port.hangUp();
    this.condition.clear();
    this.recordings.resume();
    await this.encode(usualEncoding);
    await this.#answerAgain();
  }

  async #answerAgain(): Promise<void> {
    clearTimeout(this.#restart);
    this.#silent = false;
    for (const port of this.#running?.ports ?? []) await port.open();
  }

  /** Resets every connection (RST). */
  resetConnections(): void {
    for (const port of this.#running?.ports ?? []) port.reset();
  }

  /** Gone for a while; comes back without subscriptions, sessions and nonces. */
  async reboot(seconds: number): Promise<void> {
    this.subscriptions.lose();
    this.#digest.forget();
    this.#usernameToken.forget();
    await this.fallSilent();
    clearTimeout(this.#restart);
    // It may have been switched off meanwhile.
    if (this.#running === undefined) return;
    // A port that is taken when the camera comes back leaves it silent, as a camera without its address would be.
    this.#restart = setTimeout(() => void this.#answerAgain().catch(() => undefined), seconds * 1000);
  }

  #show(): void {
    if (this.#running === undefined) return;
    const { source } = this.#running;
    source.intruder = this.#seen.intruder;
    source.covered = this.#seen.covered;
    source.suspended = this.#seen.signalLost;
  }
}

function topicsOf({ analytics, doors }: CameraOptions): Topic[] {
  const ofDoors = doors.flatMap(({ token, reader }) => [...doorTopics(token), ...accessTopics(reader)]);
  return [...pictureTopics, ...(analytics ? analyticsTopics : []), ...ofDoors];
}

function furtherServices({ media2, presets, recordings, doors }: CameraOptions, { noEventService }: Quirks): ServiceName[] {
  return [
    ...(noEventService ? [] : (['event'] as const)),
    ...(media2 ? (['media2'] as const) : []),
    ...(presets.length > 0 ? (['ptz'] as const) : []),
    ...(recordings.length > 0 ? (['recording', 'search', 'replay'] as const) : []),
    ...(doors.length > 0 ? (['doorcontrol', 'accesscontrol'] as const) : []),
  ];
}

let snapshots: Promise<unknown> = Promise.resolve();

/** The latest key frame as JPEG; one at a time in the process, since each costs an ffmpeg. */
async function jpegOf(source: PictureSource): Promise<Buffer> {
  const turn = snapshots.then(async () => {
    if (source.suspended) throw new Error('there is no picture');
    const startCode = Buffer.from([0, 0, 0, 1]);
    const stream = Buffer.concat(source.keyFrame().units.flatMap((unit) => [startCode, unit]));
    return await ffmpeg(['-f', 'h264', '-i', 'pipe:0', '-frames:v', '1', '-q:v', '4', '-f', 'mjpeg', 'pipe:1'], stream);
  });
  snapshots = turn.catch(() => undefined);
  return await turn;
}
