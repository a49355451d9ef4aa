import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Cam } from 'onvif';
import type { Clock } from '../../src/domain/clock.ts';
import { escapeXml } from './xml.ts';
import type { Element } from './xml.ts';

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const EVENTS = 'http://www.onvif.org/ver10/events/wsdl';
const NOTIFICATION = 'http://docs.oasis-open.org/wsn/b-2';
const PRODUCER = 'http://docs.oasis-open.org/wsn/bw-2/NotificationProducer';
const SUBSCRIPTION_MANAGER = 'http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager';

/** A request ready to be sent. */
export interface SoapRequest {
  readonly action: string;
  readonly envelope: string;
  /** Whether there are credentials in the envelope. */
  readonly signed: boolean;
}

/** Where a subscription is pulled: an address, and elements to be sent along with each request (WS-Addressing 1.0 Core, 2.1). */
export interface EndpointReference {
  readonly address: string;
  readonly parameters: readonly Element[];
}

export type MediaService = 'media' | 'media2';

/**
 * The `onvif` package's camera with its sender taken away: `_request` keeps the envelope that would have gone out. Its call-backs are never
 * called, so none of its readers runs; they would end the process on some replies, and turn firmware `5.40` into the number 5.4.
 */
class PackageWriter extends Cam {
  declare readonly _envelopeHeader: (open?: boolean) => string;
  declare readonly _envelopeFooter: () => string;
  readonly #digest: () => UsernameDigest;
  written = '';

  constructor(username: string, password: string, digest: () => UsernameDigest) {
    // The package puts the name into the envelope as it is.
    super({ hostname: 'camera', username: escapeXml(username), password, autoconnect: false });
    this.#digest = digest;
  }

  _request({ body }: { readonly body: string }): void {
    this.written = body;
  }

  /** The package's own takes the time from the process's uptime and the password as ASCII. */
  _passwordDigest(): UsernameDigest {
    return this.#digest();
  }
}

interface UsernameDigest {
  readonly passdigest: string;
  readonly nonce: string;
  readonly timestamp: string;
}

/** Its presence alone tells getStreamUri which argument is which; it is never called. */
const unused = () => undefined;

/** Writes the requests, each with fresh credentials in it (ONVIF Core, 5.9.1). Sending and reading them is for http.ts and soap.ts. */
export class RequestWriter {
  /** The camera's clock minus ours: `Created` is in the camera's time, or a camera with a wrong clock takes it for a replay. */
  clockOffsetMs = 0;
  readonly #package: PackageWriter;

  constructor(clock: Clock, username: string, password: string) {
    this.#package = new PackageWriter(username, password, () => {
      // WS-Security UsernameToken Profile 1.0, 3.1: Base64(SHA-1(nonce + created + password)).
      const timestamp = new Date(clock.now() + this.clockOffsetMs).toISOString();
      const nonce = randomBytes(16);
      const passdigest = createHash('sha1').update(nonce).update(timestamp, 'utf8').update(password, 'utf8').digest('base64');
      return { passdigest, nonce: nonce.toString('base64'), timestamp };
    });
  }

  /** For cameras that want HTTP Digest: some check both, and refuse the envelope's. */
  leaveCredentialsOut(): void {
    this.#package.useWSSecurity = false;
  }

  /** Without credentials, since the camera's time is needed to make them; `withCredentials` is for cameras that insist all the same. */
  systemDateAndTime(withCredentials: boolean): SoapRequest {
    if (withCredentials) return this.#compose(`${DEVICE}/GetSystemDateAndTime`, '', `<GetSystemDateAndTime xmlns="${DEVICE}"/>`);
    return this.#ask((camera) => {
      camera.getSystemDateAndTime();
    });
  }

  deviceInformation(): SoapRequest {
    return this.#ask((camera) => {
      camera.getDeviceInformation();
    });
  }

  services(): SoapRequest {
    return this.#ask((camera) => {
      camera.getServices(false);
    });
  }

  /** What cameras answer that are older than GetServices. */
  capabilities(): SoapRequest {
    return this.#ask((camera) => {
      camera.getCapabilities();
    });
  }

  profiles(service: MediaService): SoapRequest {
    return this.#ask((camera) => {
      camera.media2Support = service === 'media2';
      camera.getProfiles();
    });
  }

  /** Asks for RTP over the RTSP connection (TCP): the one transport that passes firewalls and loses nothing. */
  streamUri(service: MediaService, profileToken: string): SoapRequest {
    return this.#ask((camera) => {
      camera.media2Support = service === 'media2';
      camera.getStreamUri({ protocol: 'RTSP', stream: 'RTP-Unicast', profileToken: escapeXml(profileToken) }, unused);
    });
  }

  /** A request of any service: `<operation xmlns="namespace">content</operation>`. */
  plain(namespace: string, operation: string, content = ''): SoapRequest {
    return this.#compose(`${namespace}/${operation}`, '', `<${operation} xmlns="${namespace}">${content}</${operation}>`);
  }

  /** ONVIF Core, 9.7: what topics the device has. */
  eventProperties(): SoapRequest {
    return this.#compose(`${EVENTS}/EventPortType/GetEventPropertiesRequest`, '', `<GetEventProperties xmlns="${EVENTS}"/>`);
  }

  /** ONVIF Core, 9.1.1. Without topics everything is sent: cameras disagree on topic expressions, and what is not in our table costs little. */
  createPullPoint(lifetimeSeconds: number, topics: readonly string[]): SoapRequest {
    const body = `${filterOf(topics)}<InitialTerminationTime>PT${lifetimeSeconds}S</InitialTerminationTime>`;
    return this.#compose(
      `${EVENTS}/EventPortType/CreatePullPointSubscriptionRequest`,
      '',
      `<CreatePullPointSubscription xmlns="${EVENTS}">${body}</CreatePullPointSubscription>`,
    );
  }

  /** WS-BaseNotification 1.3, 4.2: messages are posted to `consumer` (ONVIF Core, 9.1.3, Basic Notification). */
  subscribe(consumer: string, lifetimeSeconds: number, topics: readonly string[]): SoapRequest {
    const action = `${PRODUCER}/SubscribeRequest`;
    const reference = `<ConsumerReference><a:Address>${escapeXml(consumer)}</a:Address></ConsumerReference>`;
    const body = `${reference}${filterOf(topics)}<InitialTerminationTime>PT${lifetimeSeconds}S</InitialTerminationTime>`;
    return this.#compose(action, `<a:Action>${action}</a:Action>`, `<Subscribe xmlns="${NOTIFICATION}">${body}</Subscribe>`);
  }

  /** ONVIF Core, 9.1.2. */
  pullMessages(to: EndpointReference, waitSeconds: number, limit: number): SoapRequest {
    const body = `<Timeout>PT${waitSeconds}S</Timeout><MessageLimit>${limit}</MessageLimit>`;
    return this.#toSubscription(`${EVENTS}/PullPointSubscription/PullMessagesRequest`, to, `<PullMessages xmlns="${EVENTS}">${body}</PullMessages>`);
  }

  /** ONVIF Core, 9.5: asks for every property again, as Initialized. */
  setSynchronizationPoint(to: EndpointReference): SoapRequest {
    return this.#toSubscription(`${EVENTS}/PullPointSubscription/SetSynchronizationPointRequest`, to, `<SetSynchronizationPoint xmlns="${EVENTS}"/>`);
  }

  /** WS-BaseNotification 1.3, 6.1.1. */
  renew(to: EndpointReference, lifetimeSeconds: number): SoapRequest {
    const body = `<TerminationTime>PT${lifetimeSeconds}S</TerminationTime>`;
    return this.#toSubscription(`${SUBSCRIPTION_MANAGER}/RenewRequest`, to, `<Renew xmlns="${NOTIFICATION}">${body}</Renew>`);
  }

  /** WS-BaseNotification 1.3, 6.1.2. */
  unsubscribe(to: EndpointReference): SoapRequest {
    return this.#toSubscription(`${SUBSCRIPTION_MANAGER}/UnsubscribeRequest`, to, `<Unsubscribe xmlns="${NOTIFICATION}"/>`);
  }

  #ask(write: (camera: PackageWriter) => void): SoapRequest {
    write(this.#package);
    const envelope = this.#package.written;
    const [, operation = '', namespace = ''] = /<s:Body[^>]*>\s*<(\w+) xmlns="([^"]+)"/.exec(envelope) ?? [];
    return requestOf(`${namespace}/${operation}`, envelope);
  }

  #compose(action: string, headers: string, body: string): SoapRequest {
    return requestOf(action, `${this.#package._envelopeHeader(true)}${headers}</s:Header><s:Body>${body}${this.#package._envelopeFooter()}`);
  }

  #toSubscription(action: string, to: EndpointReference, body: string): SoapRequest {
    const addressing = `<a:Action>${action}</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID><a:To>${escapeXml(to.address)}</a:To>`;
    // WS-Addressing 1.0 SOAP Binding, 3.4: each parameter goes back as a header of its own, marked. Axis tells its subscriptions apart by nothing else.
    const parameters = to.parameters.map((element) => elementText(element, ' a:IsReferenceParameter="true"'));
    return this.#compose(action, addressing + parameters.join(''), body);
  }
}

function requestOf(action: string, envelope: string): SoapRequest {
  return { action, envelope, signed: envelope.includes('<UsernameToken>') };
}

/** ONVIF Core, 9.6.3: topics joined by `|`. The prefix is declared at the expression, where every camera looks for it. */
function filterOf(topics: readonly string[]): string {
  if (topics.length === 0) return '';
  const names = 'xmlns:tns1="http://www.onvif.org/ver10/topics"';
  const dialect = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet';
  return `<Filter><TopicExpression xmlns="${NOTIFICATION}" ${names} Dialect="${dialect}">${escapeXml(topics.join('|'))}</TopicExpression></Filter>`;
}

function elementText(element: Element, mark = ''): string {
  const attributes = [...element.attributes].map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join('');
  const content = escapeXml(element.text) + element.children.map((each) => elementText(each)).join('');
  return `<${element.name} xmlns="${escapeXml(element.namespace)}"${mark}${attributes}>${content}</${element.name}>`;
}
