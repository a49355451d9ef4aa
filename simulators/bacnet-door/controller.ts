import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { MalformedEncoding } from './codec/elements.ts';
import type { ObjectId } from './codec/elements.ts';
import { decodeFrame, encodeFrame } from './codec/frame.ts';
import type { Apdu } from './codec/frame.ts';
import * as services from './codec/services.ts';
import { Line } from './line.ts';
import { abortReasons, confirmedServices, errors, objectTypes, properties, rejectReasons, unconfirmedServices } from './numbers.ts';
import { BacnetError, covProperties, ObjectDatabase, vendor } from './objects.ts';
import type { Installation } from './objects.ts';
import { Alarms } from './alarms.ts';
import { Notifier } from './notifier.ts';
import type { Peer } from './notifier.ts';
import type { Quirks } from './quirks.ts';
import { Subscriptions } from './subscriptions.ts';

export interface ControllerSettings {
  readonly installation: Installation;
  readonly quirks: Quirks;
  /** Who is told of alarms, and whether each is to be confirmed. */
  readonly recipient: Peer | undefined;
  readonly eventsConfirmed: boolean;
  /** Where broadcasts arrive. */
  readonly broadcast: string | undefined;
}

type Request = Extract<Apdu, { type: 'confirmed-request' }>;

/** The controller's communication: one UDP socket that answers requests and reports changes. */
export class Controller {
  readonly line = new Line((frame, to) => this.#socket?.send(frame, to.port, to.address));
  readonly #installation: Installation;
  readonly #objects: ObjectDatabase;
  readonly #notifier = new Notifier((apdu, to) => this.#send(apdu, to));
  readonly #subscriptions: Subscriptions;
  readonly alarms: Alarms;
  eventsSent = 0;
  /** SubscribeCOV gets no answer at all. */
  ignoresCov: boolean;
  readonly #quirks: Quirks;
  readonly #peers = new Map<string, Peer>();
  #lastAsker: Peer | undefined;
  readonly #broadcast: string | undefined;
  #socket: Socket | undefined;
  #hearing: Socket | undefined;

  constructor({ installation, quirks, recipient, eventsConfirmed, broadcast }: ControllerSettings) {
    this.#broadcast = broadcast;
    this.#installation = installation;
    this.#objects = new ObjectDatabase(installation, quirks);
    this.#subscriptions = new Subscriptions(this.#objects, installation.instance, this.#notifier);
    const { instance: device, doors, now } = installation;
    this.alarms = new Alarms({ device, doors, now, recipient, confirmed: eventsConfirmed }, this.#notifier);
    this.#quirks = quirks;
    this.ignoresCov = this.#ignoresCovByNature;
  }

  /** Ends every fault. */
  recover(): void {
    this.ignoresCov = this.#ignoresCovByNature;
    this.line.clear();
  }

  get #ignoresCovByNature(): boolean {
    return this.#quirks.covService === 'ignored';
  }

  /** How many subscriptions stand. */
  get subscriptions(): number {
    return this.#subscriptions.count;
  }

  /** How many of them are of whoever asked something last: a client that has lost its link leaves its own behind, and comes back from another port. */
  get subscriptionsOfLastAsker(): number {
    return this.#lastAsker === undefined ? 0 : this.#subscriptions.countOf(this.#lastAsker);
  }

  /** @throws Error naming the address when it is taken. */
  async start(host: string, port: number): Promise<void> {
    this.#socket = await this.#bind(host, port);
    if (this.#broadcast !== undefined) this.#hearing = await this.#bind(this.#broadcast, this.port);
  }

  async #bind(host: string, port: number): Promise<Socket> {
    // Controllers on one machine share the address at which broadcasts arrive.
    const socket = createSocket({ type: 'udp4', reuseAddr: host === this.#broadcast });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (cause) => reject(new Error(`UDP ${host}:${port} cannot be bound`, { cause })));
      socket.bind(port, host, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', () => undefined);
    socket.on('message', (bytes, { address, port: from }) => this.#receive(bytes, { address, port: from }));
    return socket;
  }

  /** The port in use; 0 while stopped. */
  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  async stop(): Promise<void> {
    this.#subscriptions.forget();
    this.#notifier.forget();
    const sockets = [this.#socket, this.#hearing];
    this.#socket = undefined;
    this.#hearing = undefined;
    for (const socket of sockets) if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  changed(): void {
    this.#subscriptions.changed();
    this.alarms.changed();
  }

  /** Forgets what a restart forgets, then says I-Am. Sent to each known peer, since a broadcast does not cross ports on the loopback. */
  restart(): void {
    this.#subscriptions.forget();
    this.#notifier.forget();
    const data = services.encodeIAm(this.#installation.instance, vendor.id);
    for (const peer of this.#peers.values()) this.#send({ type: 'unconfirmed-request', service: unconfirmedServices.iAm, data }, peer);
  }

  forgetSubscriptions(): void {
    this.#subscriptions.forget();
  }

  #receive(bytes: Buffer, peer: Peer): void {
    if (!this.line.open) return;
    try {
      const apdu = decodeFrame(bytes);
      if (apdu === undefined) return;
      this.#peers.set(`${peer.address}:${peer.port}`, peer);
      if (apdu.type === 'confirmed-request') this.#answer(apdu, peer);
      else if (apdu.type === 'simple-ack') this.#notifier.acknowledged(apdu.invokeId);
      else if (apdu.type === 'unconfirmed-request' && apdu.service === unconfirmedServices.whoIs) this.#introduce(apdu.data, peer);
    } catch (error) {
      // Nobody answers a frame whose sender cannot be made out (clause 5.4).
      if (!(error instanceof MalformedEncoding)) throw error;
    }
  }

  #introduce(data: Buffer, peer: Peer): void {
    if (!services.whoIsAsksFor(data, this.#installation.instance)) return;
    const iAm = services.encodeIAm(this.#installation.instance, vendor.id);
    this.#send({ type: 'unconfirmed-request', service: unconfirmedServices.iAm, data: iAm }, peer);
  }

  #answer(request: Request, peer: Peer): void {
    const { invokeId, service } = request;
    this.#lastAsker = peer;
    if (this.ignoresCov && service === confirmedServices.subscribeCov) return;
    try {
      this.#send(this.#serve(request, peer), peer);
    } catch (error) {
      if (error instanceof BacnetError) this.#send({ type: 'error', invokeId, service, data: services.encodeError(error.error) }, peer);
      else if (error instanceof MalformedEncoding) this.#send({ type: 'reject', invokeId, reason: rejectReasons.invalidTag }, peer);
      else throw error;
    }
    // After the answer: a new subscriber's first notification, and what a command has changed.
    this.changed();
  }

  #serve(request: Request, peer: Peer): Apdu {
    const { invokeId, service, data } = request;
    if (request.segmented) return { type: 'abort', invokeId, reason: abortReasons.segmentationNotSupported, server: true };
    if (this.#lacks(service)) return { type: 'reject', invokeId, reason: rejectReasons.unrecognizedService };
    switch (service) {
      case confirmedServices.readProperty: {
        const read = services.decodeReadProperty(data);
        const object = this.#objects.resolve(read.object);
        return { type: 'complex-ack', invokeId, service, data: services.encodeReadAck({ ...read, object }, this.#objects.read(object, read)) };
      }
      case confirmedServices.readPropertyMultiple: {
        const answers = services.decodeReadPropertyMultiple(data).map((each) => this.#readAll(each));
        return { type: 'complex-ack', invokeId, service, data: services.encodeReadMultipleAck(answers) };
      }
      case confirmedServices.writeProperty:
        this.#objects.write(services.decodeWriteProperty(data));
        return { type: 'simple-ack', invokeId, service };
      case confirmedServices.writePropertyMultiple:
        return this.#writeAll(request);
      case confirmedServices.acknowledgeAlarm:
        this.alarms.acknowledge(services.decodeAcknowledgeAlarm(data));
        return { type: 'simple-ack', invokeId, service };
      case confirmedServices.subscribeCov:
        this.#subscribe(services.decodeSubscribeCov(data), peer);
        return { type: 'simple-ack', invokeId, service };
      default:
        return { type: 'reject', invokeId, reason: rejectReasons.unrecognizedService };
    }
  }

  #lacks(service: number): boolean {
    const { covService, readPropertyMultiple, writePropertyMultiple } = this.#quirks;
    const refused: (number | false)[] = [
      covService === 'refused' && confirmedServices.subscribeCov,
      readPropertyMultiple === 'refused' && confirmedServices.readPropertyMultiple,
      writePropertyMultiple === 'refused' && confirmedServices.writePropertyMultiple,
    ];
    return refused.includes(service);
  }

  /** Writes in order; the first that fails ends it, and those before it stay (clause 15.10.2). */
  #writeAll({ invokeId, service, data }: Request): Apdu {
    for (const write of services.decodeWritePropertyMultiple(data)) {
      try {
        this.#objects.write(write);
      } catch (error) {
        if (!(error instanceof BacnetError)) throw error;
        return { type: 'error', invokeId, service, data: services.encodeWriteMultipleError(error.error, write) };
      }
    }
    return { type: 'simple-ack', invokeId, service };
  }

  /** Errors of single properties are told beside the values of the others (clause 15.7.2). */
  #readAll({ object: asked, references }: services.ReadMultipleRequest): { object: ObjectId; results: services.ReadResult[] } {
    const object = this.#objects.resolve(asked);
    const wanted = references.flatMap((each) =>
      each.property === properties.all ? this.#objects.propertiesOf(object).map((property): services.PropertyReference => ({ property })) : [each],
    );
    const results = wanted.map((each): services.ReadResult => {
      try {
        return { ...each, values: this.#objects.read(object, each) };
      } catch (error) {
        if (error instanceof BacnetError) return { ...each, error: error.error };
        throw error;
      }
    });
    return { object, results };
  }

  #subscribe(request: services.SubscribeRequest, peer: Peer): void {
    const { object } = request;
    if (!this.#objects.has(object)) throw new BacnetError(errors.unknownObject);
    const refused = object.type === objectTypes.accessDoor && this.#quirks.covOnAccessDoor === 'refused';
    if (refused || covProperties[object.type] === undefined) throw new BacnetError(errors.covNotOffered);
    this.#subscriptions.subscribe(request, peer);
  }

  #send(apdu: Apdu, to: Peer): void {
    const service = apdu.type === 'confirmed-request' ? confirmedServices.eventNotification : unconfirmedServices.eventNotification;
    if ((apdu.type === 'confirmed-request' || apdu.type === 'unconfirmed-request') && apdu.service === service) this.eventsSent += 1;
    this.line.send(encodeFrame(apdu), to);
  }
}
