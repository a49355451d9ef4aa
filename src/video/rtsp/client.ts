import type { StreamAddress } from '../../adapter/contract.ts';
import type { Clock } from '../../domain/clock.ts';
import { emptyReceiverReport } from '../rtp/rtp.ts';
import { VideoError } from '../video-error.ts';
import { RtspConnection } from './connection.ts';
import type { Server } from './connection.ts';
import type { RtspResponse } from './messages.ts';
import { parseSdp } from './sdp.ts';
import type { VideoMedia } from './sdp.ts';

export interface RtspHandlers {
  /** An RTP packet of the video track. `packet` is valid during the call only. */
  rtp(packet: Buffer): void;
  /** An RTCP packet of the video track. `packet` is valid during the call only. */
  rtcp(packet: Buffer): void;
}

/** Where interleaved frames go: nowhere until the stream plays. */
interface Route {
  handlers: RtspHandlers | undefined;
  rtpChannel: number;
}

const DEFAULT_RTSP_PORT = 554;
/** RFC 2326, 12.37: what a Session header without a timeout means. */
const DEFAULT_SESSION_SECONDS = 60;
const RTP_CHANNEL = 0;

/** One playing session of one camera's video track, interleaved in the RTSP connection (RFC 2326, 10.12). */
export class RtspSession {
  readonly media: VideoMedia;
  /** Rejects with a VideoError when the stream is lost or closed. */
  readonly lost: Promise<never>;
  readonly #connection: RtspConnection;
  readonly #clock: Clock;
  readonly #aggregateUri: string;
  readonly #trackUri: string;
  readonly #route: Route;
  #keepAliveMethod: string;
  #session: string | undefined;
  #keepAliveMs = 0;
  #cancelKeepAlive: () => void = () => undefined;

  private constructor(connection: RtspConnection, clock: Clock, route: Route, found: Found) {
    this.#connection = connection;
    this.#clock = clock;
    this.#route = route;
    this.media = found.media;
    this.lost = connection.lost;
    this.#aggregateUri = found.aggregateUri;
    this.#trackUri = found.trackUri;
    this.#keepAliveMethod = found.keepAliveMethod;
  }

  /**
   * Connects to the camera and learns what it sends.
   * @throws VideoError saying why that failed; nothing is left open then.
   */
  static async open(address: StreamAddress, clock: Clock, signal: AbortSignal): Promise<RtspSession> {
    const { server, uri } = parseAddress(address);
    const route: Route = { handlers: undefined, rtpChannel: RTP_CHANNEL };
    const connection = new RtspConnection(server, clock, (channel, payload) => {
      if (channel === route.rtpChannel) route.handlers?.rtp(payload);
      else if (channel === route.rtpChannel + 1) route.handlers?.rtcp(payload);
    });
    let session: RtspSession | undefined;
    const hangUp = () => connection.close(new VideoError('ended', 'the connection was closed by the gateway'));
    const abort = () => {
      if (session === undefined) hangUp();
      else session.close();
    };
    signal.addEventListener('abort', abort, { once: true });
    connection.lost.catch(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
    try {
      await connection.connected();
      const options = await connection.request('OPTIONS', uri);
      const found = readDescription(uri, options, await connection.request('DESCRIBE', uri, { Accept: 'application/sdp' }));
      session = new RtspSession(connection, clock, route, found);
      return session;
    } catch (error) {
      hangUp();
      throw error;
    }
  }

  /** Starts the stream. @throws VideoError when the camera refuses it. */
  async play(handlers: RtspHandlers): Promise<void> {
    const transport = `RTP/AVP/TCP;unicast;interleaved=${RTP_CHANNEL}-${RTP_CHANNEL + 1}`;
    const setup = accepted('SETUP', await this.#connection.request('SETUP', this.#trackUri, { Transport: transport }));
    const [id = '', ...parameters] = (setup.headers.get('session')?.[0] ?? '').split(';').map((each) => each.trim());
    if (id === '') throw new VideoError('protocol', 'the camera opened no session');
    this.#session = id;
    // The server may choose other channels than those asked for.
    const channel = /interleaved=(\d{1,3})/.exec(setup.headers.get('transport')?.[0] ?? '')?.[1];
    if (channel !== undefined) this.#route.rtpChannel = Number(channel);
    const timeout = parameters.map((each) => /^timeout=(\d{1,6})$/i.exec(each)?.[1]).find((each) => each !== undefined);
    const sessionSeconds = Math.max(Number(timeout ?? DEFAULT_SESSION_SECONDS), 4);
    this.#keepAliveMs = Math.min((sessionSeconds * 1000) / 2, 30_000);

    this.#route.handlers = handlers;
    accepted('PLAY', await this.#connection.request('PLAY', this.#aggregateUri, { Session: id, Range: 'npt=0.000-' }));
    this.#scheduleKeepAlive();
    this.lost.catch(() => this.#cancelKeepAlive());
  }

  /** Tells the camera that the session is over and closes the connection. May be called twice. */
  close(): void {
    this.#route.handlers = undefined;
    if (this.#session === undefined) this.#connection.close(new VideoError('ended', 'the connection was closed by the gateway'));
    else this.#connection.finish('TEARDOWN', this.#aggregateUri, { Session: this.#session });
  }

  #scheduleKeepAlive(): void {
    this.#cancelKeepAlive = this.#clock.after(this.#keepAliveMs, () => void this.#keepAlive());
  }

  /** Failures end the connection by themselves and are seen there. */
  async #keepAlive(): Promise<void> {
    this.#connection.sendFrame(this.#route.rtpChannel + 1, emptyReceiverReport(0));
    const headers = { Session: this.#session ?? '' };
    const answer = await this.#connection.request(this.#keepAliveMethod, this.#aggregateUri, headers).catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status >= 400) this.#keepAliveMethod = 'OPTIONS';
    if (answer.status === 454) this.#connection.close(new VideoError('ended', 'the camera forgot the session'));
    else this.#scheduleKeepAlive();
  }
}

interface Found {
  readonly media: VideoMedia;
  readonly aggregateUri: string;
  readonly trackUri: string;
  readonly keepAliveMethod: string;
}

function readDescription(uri: string, options: RtspResponse, answer: RtspResponse): Found {
  const describe = accepted('DESCRIBE', answer);
  const { video, control } = parseSdp(describe.body.toString('utf8'));
  // RFC 2326, C.1.1: the order in which the base is looked for.
  const base = describe.headers.get('content-base')?.[0] ?? describe.headers.get('content-location')?.[0] ?? uri;
  const aggregateUri = resolveControl(base.startsWith('rtsp://') ? base : uri, control);
  const methods = (options.headers.get('public') ?? []).join(',').split(',');
  const keepAliveMethod = methods.some((each) => each.trim() === 'GET_PARAMETER') ? 'GET_PARAMETER' : 'OPTIONS';
  return { media: video, aggregateUri, trackUri: resolveControl(aggregateUri, video.control), keepAliveMethod };
}

/** A control attribute is appended to its base, not resolved like a link: that is what cameras mean by it, also after a query. */
export function resolveControl(base: string, control: string | undefined): string {
  if (control === undefined || control === '' || control === '*') return base;
  if (/^rtsp:\/\//i.test(control)) return control;
  return base.endsWith('/') || control.startsWith('/') || control.startsWith('?') ? base + control : `${base}/${control}`;
}

function parseAddress({ uri, username, password }: StreamAddress): { server: Server; uri: string } {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== 'rtsp:' || url.hostname === '') {
    throw new VideoError('unsupported', "the camera's stream address is not an rtsp:// address");
  }
  const user = username ?? decodeURIComponent(url.username);
  const secret = password ?? decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return {
    server: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? DEFAULT_RTSP_PORT : Number(url.port),
      credentials: user === '' ? undefined : { username: user, password: secret },
    },
    uri: url.href,
  };
}

const refusals: Readonly<Record<number, string>> = {
  403: 'the camera forbids this user to see the stream',
  404: 'the camera does not know this stream',
  453: 'the camera has no bandwidth left for another stream',
  461: 'the camera refuses to send its stream over TCP',
  503: 'the camera serves no more streams',
};

function accepted(method: string, response: RtspResponse): RtspResponse {
  if (response.status >= 200 && response.status < 300) return response;
  const code = response.status === 403 || response.status === 461 ? 'unsupported' : 'protocol';
  throw new VideoError(code, refusals[response.status] ?? `the camera answers ${method} with status ${response.status}`);
}
