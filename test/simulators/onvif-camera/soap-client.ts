import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one HTTP request to the camera. Rejects when the connection ends before the answer does. */
export async function http(
  port: number,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Reply> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers, agent: false, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export const credentials = { username: 'sallyport', password: 'open sesame' };

/** A wsse:Security header as a client makes it (UsernameToken Profile 1.0). */
export function securityHeader(over: Partial<{ username: string; password: string; created: string; nonce: Buffer }> = {}): string {
  const { username, password, created, nonce } = { ...credentials, created: new Date().toISOString(), nonce: randomBytes(16), ...over };
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
  const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
  const type = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';
  return (
    `<w:Security xmlns:w="${wsse}"><w:UsernameToken><w:Username>${username}</w:Username><w:Password Type="${type}">${digest}</w:Password>` +
    `<w:Nonce>${nonce.toString('base64')}</w:Nonce><Created xmlns="${wsu}">${created}</Created></w:UsernameToken></w:Security>`
  );
}

export function envelope(body: string, header = ''): string {
  return `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header>${header}</e:Header><e:Body>${body}</e:Body></e:Envelope>`;
}

/** Calls an operation with good credentials. */
export async function call(port: number, path: string, body: string, signal?: AbortSignal): Promise<Reply> {
  return await http(port, 'POST', path, envelope(body, securityHeader()), { 'Content-Type': 'application/soap+xml' }, signal);
}

/** The answer to a Digest challenge with qop=auth (RFC 7616). */
export function digestAnswer(challenge: string, method: string, uri: string, password = credentials.password): string {
  const field = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const [nonce, realm, cnonce] = [field('nonce'), field('realm'), randomBytes(8).toString('hex')];
  const response = md5(`${md5(`${credentials.username}:${realm}:${password}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
  return `Digest username="${credentials.username}", realm="${realm}", nonce="${nonce}", uri="${uri}", qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"`;
}

const events = 'xmlns="http://www.onvif.org/ver10/events/wsdl"';
const notifications = 'xmlns="http://docs.oasis-open.org/wsn/b-2"';

/** A pull point of the camera. */
export class PullPoint {
  readonly #port: number;
  readonly path: string;

  private constructor(port: number, path: string) {
    this.#port = port;
    this.path = path;
  }

  static async create(port: number, inside = '<InitialTerminationTime>PT60S</InitialTerminationTime>'): Promise<PullPoint> {
    const { status, text } = await call(
      port,
      '/onvif/event_service',
      `<CreatePullPointSubscription ${events}>${inside}</CreatePullPointSubscription>`,
    );
    const address = /<wsa:Address>([^<]*)</.exec(text)?.[1];
    if (status !== 200 || address === undefined) throw new Error(`no subscription: ${status} ${text}`);
    return new PullPoint(port, new URL(address).pathname);
  }

  async pull(timeout = 'PT0S', limit = 100, signal?: AbortSignal): Promise<Reply & { messages: string[] }> {
    const body = `<PullMessages ${events}><Timeout>${timeout}</Timeout><MessageLimit>${limit}</MessageLimit></PullMessages>`;
    const reply = await call(this.#port, this.path, body, signal);
    return {
      ...reply,
      messages: [...reply.text.matchAll(/<wsnt:NotificationMessage>.*?<\/wsnt:NotificationMessage>/gs)].map(([message]) => short(message)),
    };
  }

  async renew(duration: string): Promise<Reply> {
    return await call(this.#port, this.path, `<Renew ${notifications}><TerminationTime>${duration}</TerminationTime></Renew>`);
  }

  async unsubscribe(): Promise<Reply> {
    return await call(this.#port, this.path, `<Unsubscribe ${notifications}/>`);
  }

  async synchronise(): Promise<Reply> {
    return await call(this.#port, this.path, `<SetSynchronizationPoint ${events}/>`);
  }
}

/** "Motion Changed IsMotion=true" of a notification. */
function short(message: string): string {
  const topic = /<wsnt:Topic[^>]*>[^<]*?(\w+)(?:\/ImagingService)?</.exec(message)?.[1] ?? '?';
  const operation = /PropertyOperation="(\w+)"/.exec(message)?.[1] ?? '?';
  const [, name = '?', value = '?'] = /<tt:Data><tt:SimpleItem Name="(\w+)" Value="(\w+)"/.exec(message) ?? [];
  return `${topic} ${operation} ${name}=${value}`;
}
