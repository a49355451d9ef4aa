import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came: the operation is the first element of its body. */
export interface SeenRequest {
  readonly operation: string;
  readonly path: string;
  readonly envelope: string;
  readonly headers: IncomingMessage['headers'];
  /** Whether nobody waits for the answer any more. */
  readonly abandoned: () => boolean;
}

export type Answer =
  | { readonly body: string; readonly status?: number; readonly headers?: Record<string, string> }
  /** Never answers. */
  | 'hang'
  /** Announces more than it sends, and hangs up. */
  | 'cut';

export type Script = (request: SeenRequest) => Answer | Promise<Answer>;

/** A camera whose every answer a test writes: by default one input, two profiles, events, and no opinion about credentials. */
export class ScriptedCamera {
  readonly seen: SeenRequest[] = [];
  /** Queued bodies of PullMessages replies; an empty queue answers a pull with nothing once it has waited a little. */
  readonly messages: string[] = [];
  clockOffsetMs = 0;
  lifetimeSeconds = 600;
  readonly #scripts = new Map<string, Script>();
  readonly #server: Server;
  #wake: () => void = () => undefined;
  #subscriptions = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#wake();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Replaces the answer to an operation. */
  on(operation: string, script: Script): void {
    this.#scripts.set(operation, script);
  }

  /** Gives an operation its usual answer again. */
  forget(operation: string): void {
    this.#scripts.delete(operation);
  }

  push(...messages: string[]): void {
    this.messages.push(...messages);
    this.#wake();
  }

  count(operation: string): number {
    return this.seen.filter((request) => request.operation === operation).length;
  }

  /** The answer that this camera would give by itself. */
  async usual(request: SeenRequest): Promise<Answer> {
    switch (request.operation) {
      case 'GetSystemDateAndTime':
        return { body: envelope(dateAndTime(new Date(Date.now() + this.clockOffsetMs))) };
      case 'GetDeviceInformation':
        return {
          body: envelope(
            '<d:GetDeviceInformationResponse><d:Manufacturer>Acme</d:Manufacturer><d:Model>Eye 4</d:Model><d:FirmwareVersion>5.40</d:FirmwareVersion></d:GetDeviceInformationResponse>',
          ),
        };
      case 'GetServices':
        return {
          body: envelope(
            `<d:GetServicesResponse>${service('ver10/device', 'device_service')}${service('ver10/media', 'Media')}${service('ver10/events', 'Events')}</d:GetServicesResponse>`,
          ).replaceAll('HOST', this.address),
        };
      case 'GetProfiles':
        return {
          body: envelope(`<GetProfilesResponse>${profile('main', 'Main', 'V_SRC_000')}${profile('sub', 'Sub', 'V_SRC_000')}</GetProfilesResponse>`),
        };
      case 'GetStreamUri':
        return {
          body: envelope(
            '<GetStreamUriResponse><MediaUri><tt:Uri>rtsp://127.0.0.1:8554/live?ch=1&amp;sub=0</tt:Uri></MediaUri></GetStreamUriResponse>',
          ),
        };
      case 'CreatePullPointSubscription':
        this.#subscriptions += 1;
        return {
          body: envelope(
            `<CreatePullPointSubscriptionResponse><SubscriptionReference><a:Address>${this.address}/onvif/sub?Idx=${this.#subscriptions}</a:Address></SubscriptionReference>${this.times()}</CreatePullPointSubscriptionResponse>`,
          ),
        };
      case 'PullMessages': {
        if (this.messages.length === 0) await this.#quiet(/PT1S/.test(request.envelope) ? 30 : 2_000);
        if (request.abandoned()) return 'hang';
        return { body: envelope(`<PullMessagesResponse>${this.times()}${this.messages.splice(0).join('')}</PullMessagesResponse>`) };
      }
      default:
        return { body: envelope(`<${request.operation}Response>${this.times()}</${request.operation}Response>`) };
    }
  }

  times(): string {
    const now = Date.now() + this.clockOffsetMs;
    return `<CurrentTime>${new Date(now).toISOString()}</CurrentTime><TerminationTime>${new Date(now + this.lifetimeSeconds * 1_000).toISOString()}</TerminationTime>`;
  }

  #quiet(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    const operation = /Body[^>]*>\s*<(\w+)/.exec(text)?.[1] ?? 'nothing';
    const request: SeenRequest = {
      operation,
      path: incoming.url ?? '',
      envelope: text,
      headers: incoming.headers,
      abandoned: () => response.destroyed,
    };
    this.seen.push(request);
    const answer = await (this.#scripts.get(operation) ?? ((each: SeenRequest) => this.usual(each)))(request);
    if (answer === 'hang') return;
    if (answer === 'cut') {
      response.writeHead(200, { 'Content-Length': 5_000 });
      response.write('<s:Envelope><s:Body>', () => incoming.socket.destroy());
      return;
    }
    response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/soap+xml', ...answer.headers });
    response.end(answer.body);
  }
}

/** A reply around `body`. */
export function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>${body}</s:Body></s:Envelope>`;
}

/** A SOAP 1.2 fault with one subcode. */
export function fault(subcode: string, reason: string): string {
  return envelope(
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:${subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason></s:Fault>`,
  );
}

export interface MessageOptions {
  readonly topic?: string;
  readonly item?: string;
  readonly operation?: string;
  readonly source?: string;
  readonly at?: Date;
}

/** A notification, of motion if nothing else is said. */
export function notification(value: string | boolean, options: MessageOptions = {}): string {
  const { topic = 'tns1:VideoSource/MotionAlarm', item = 'State', operation = 'Changed', source = 'V_SRC_000', at = new Date() } = options;
  return `<NotificationMessage><Topic>${topic}</Topic><Message><tt:Message UtcTime="${at.toISOString()}" PropertyOperation="${operation}"><tt:Source><tt:SimpleItem Name="Source" Value="${source}"/></tt:Source><tt:Data><tt:SimpleItem Name="${item}" Value="${value}"/></tt:Data></tt:Message></Message></NotificationMessage>`;
}

export function profile(token: string, name: string, source: string): string {
  return `<Profiles token="${token}"><tt:Name>${name}</tt:Name><tt:VideoSourceConfiguration token="VSC_${source}"><tt:Name>c</tt:Name><tt:SourceToken>${source}</tt:SourceToken></tt:VideoSourceConfiguration></Profiles>`;
}

export function service(namespace: string, path: string): string {
  return `<d:Service><d:Namespace>http://www.onvif.org/${namespace}/wsdl</d:Namespace><d:XAddr>HOST/onvif/${path}</d:XAddr></d:Service>`;
}

function dateAndTime(time: Date): string {
  const utc = `<tt:Time><tt:Hour>${time.getUTCHours()}</tt:Hour><tt:Minute>${time.getUTCMinutes()}</tt:Minute><tt:Second>${time.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${time.getUTCFullYear()}</tt:Year><tt:Month>${time.getUTCMonth() + 1}</tt:Month><tt:Day>${time.getUTCDate()}</tt:Day></tt:Date>`;
  return `<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime>${utc}</tt:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>`;
}
