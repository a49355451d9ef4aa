import { randomBytes } from 'node:crypto';
import type { StreamAddress } from '../../adapter/contract.ts';
import type { Clock } from '../../domain/clock.ts';
import { Reception } from '../rtp/reception.ts';
import { ReorderBuffer } from '../rtp/reorder.ts';
import { readSenderReport, saysGoodbye } from '../rtp/rtcp.ts';
import type { SenderReport } from '../rtp/rtcp.ts';
import { parseRtp } from '../rtp/rtp.ts';
import type { RtpPacket } from '../rtp/rtp.ts';
import { VideoError } from '../video-error.ts';
import { parseAddress } from './address.ts';
import { accepted, describe } from './description.ts';
import type { Described } from './description.ts';
import type { RtspConnection } from './connection.ts';
import type { RtspResponse } from './messages.ts';
import type { VideoMedia } from './sdp.ts';
import { UdpPorts } from './udp.ts';

export interface StreamHandlers {
  /** A packet of the video track, in the order of the numbers as far as the network allows. It is valid during the call only. */
  packet(packet: RtpPacket): void;
  senderReport(report: SenderReport): void;
}

type Transport = 'tcp' | 'udp';

/** RFC 2326, 12.37: what a Session header without a timeout means. */
const DEFAULT_SESSION_SECONDS = 60;
const SHORTEST_SESSION_SECONDS = 4;
/** The usual interval between RTCP packets (RFC 3550, 6.2). */
const REPORT_MS = 5_000;
const GOODBYE_MS = 500;
const RTP_CHANNEL = 0;
const UNSUPPORTED_TRANSPORT = 461;

/** One playing session of one camera's video track: interleaved in the RTSP connection (RFC 2326, 10.12), or by UDP where the camera refuses that. */
export class RtspSession {
  readonly media: VideoMedia;
  /** Rejects with a VideoError when the stream is lost or closed. */
  readonly lost: Promise<never>;
  readonly #clock: Clock;
  readonly #connection: RtspConnection;
  readonly #described: Described;
  readonly #preferred: Transport;
  readonly #reception = new Reception(randomBytes(4).readUInt32BE());
  readonly #reorder = new ReorderBuffer((packet) => this.#handlers?.packet(packet));
  #handlers: StreamHandlers | undefined;
  #rtpChannel = RTP_CHANNEL;
  #udp: UdpPorts | undefined;
  #session: string | undefined;
  #keepAliveMethod: Described['keepAliveMethod'];
  #keepAliveMs = 0;
  readonly #cancel = { keepAlive: nothing, report: nothing, end: nothing };

  private constructor(described: Described, preferred: Transport, clock: Clock) {
    this.#described = described;
    this.#connection = described.connection;
    this.#preferred = preferred;
    this.#clock = clock;
    this.#keepAliveMethod = described.keepAliveMethod;
    this.media = described.media;
    this.lost = described.connection.lost;
    this.lost.catch(() => this.#release());
  }

  /**
   * Connects to the camera and learns what it sends.
   * @throws VideoError saying why that failed; nothing is left open then.
   */
  static async open(address: StreamAddress, clock: Clock, signal: AbortSignal): Promise<RtspSession> {
    const now: { session?: RtspSession; connection?: RtspConnection } = {};
    const abort = () => {
      if (now.session === undefined) now.connection?.close(new VideoError('ended', 'the connection was closed by the gateway'));
      else now.session.close();
    };
    const described = await describe(
      parseAddress(address),
      clock,
      (channel, payload) => now.session?.frame(channel, payload),
      (connection) => {
        now.connection = connection;
        signal.addEventListener('abort', abort, { once: true });
        connection.lost.catch(() => signal.removeEventListener('abort', abort));
        if (signal.aborted) abort();
      },
    );
    now.session = new RtspSession(described, address.transport ?? 'tcp', clock);
    return now.session;
  }

  /** How the pictures come; undefined before `play`. */
  get transport(): Transport | undefined {
    if (this.#session === undefined) return undefined;
    return this.#udp === undefined ? 'tcp' : 'udp';
  }

  /** Packets that never came. */
  get packetsLost(): number {
    return this.#reception.lost;
  }

  /** Starts the stream, or what `range` and its companions say of a recording. @throws VideoError when the camera refuses it. */
  async play(handlers: StreamHandlers, range: Readonly<Record<string, string>> = { Range: 'npt=0.000-' }): Promise<void> {
    const setup = accepted('SETUP', await this.#setUp());
    const [id = '', ...parameters] = (setup.headers.get('session')?.[0] ?? '').split(';').map((each) => each.trim());
    if (id === '') throw new VideoError('protocol', 'the camera opened no session');
    this.#session = id;
    const timeout = parameters.map((each) => Number(/^timeout\s*=\s*(\d{1,6})$/i.exec(each)?.[1])).find((each) => each > 0);
    const sessionSeconds = Math.max(timeout ?? DEFAULT_SESSION_SECONDS, SHORTEST_SESSION_SECONDS);
    this.#keepAliveMs = Math.min((sessionSeconds * 1000) / 2, 30_000);

    this.#handlers = handlers;
    accepted('PLAY', await this.#connection.request('PLAY', this.#described.aggregateUri, { Session: id, ...range }));
    this.#scheduleKeepAlive();
    this.#scheduleReport();
  }

  /** Tells the camera that the session is over and closes the connection. May be called twice. */
  close(): void {
    this.#handlers = undefined;
    if (this.#session === undefined) this.#connection.close(new VideoError('ended', 'the connection was closed by the gateway'));
    else this.#connection.finish('TEARDOWN', this.#described.aggregateUri, { Session: this.#session });
    this.#release();
  }

  /** Makes a sender over TCP wait, answers included, or go on. */
  hold(held: boolean): void {
    this.#connection.hold(held);
  }

  /** Takes an interleaved frame. */
  frame(channel: number, payload: Buffer): void {
    if (channel === this.#rtpChannel) this.#rtp(payload);
    else if (channel === this.#rtpChannel + 1) this.#rtcp(payload);
  }

  /** TCP first, since it loses nothing and passes firewalls, unless the configuration says otherwise. Where the camera refuses one, the other is tried. */
  async #setUp(): Promise<RtspResponse> {
    const tcpFirst = this.#preferred === 'tcp';
    const answer = await (tcpFirst ? this.#setUpTcp() : this.#setUpUdp());
    if (answer.status !== UNSUPPORTED_TRANSPORT) return answer;
    return tcpFirst ? this.#setUpUdp() : this.#setUpTcp();
  }

  async #setUpTcp(): Promise<RtspResponse> {
    const answer = await this.#requestSetUp(`RTP/AVP/TCP;unicast;interleaved=${RTP_CHANNEL}-${RTP_CHANNEL + 1}`);
    // The server may choose other channels than those asked for.
    const channel = /interleaved=(\d{1,3})/i.exec(transportOf(answer))?.[1];
    if (channel !== undefined) this.#rtpChannel = Number(channel);
    return answer;
  }

  async #setUpUdp(): Promise<RtspResponse> {
    const { local, camera } = this.#connection.addresses();
    const udp = await UdpPorts.open(local, camera, { rtp: (packet) => this.#rtp(packet), rtcp: (packet) => this.#rtcp(packet) });
    this.#udp = udp;
    const answer = await this.#requestSetUp(`RTP/AVP;unicast;client_port=${udp.rtpPort}-${udp.rtpPort + 1}`);
    const header = transportOf(answer);
    if (answer.status === UNSUPPORTED_TRANSPORT) this.#closeUdp();
    else if (/;\s*multicast/i.test(header)) throw new VideoError('unsupported', 'the camera sends its stream by multicast only');
    const [, rtpPort, rtcpPort] = /server_port=(\d{1,5})(?:-(\d{1,5}))?/i.exec(header) ?? [];
    if (rtpPort !== undefined) udp.connect(Number(rtpPort), Number(rtcpPort ?? Number(rtpPort) + 1));
    return answer;
  }

  #requestSetUp(transport: string): Promise<RtspResponse> {
    return this.#connection.request('SETUP', this.#described.trackUri, { Transport: transport });
  }

  #rtp(bytes: Buffer): void {
    if (this.#handlers === undefined) return;
    const packet = parseRtp(bytes);
    if (packet?.payloadType !== this.media.payloadType) return;
    const nowMs = this.#clock.monotonicMs();
    this.#reception.packet(packet, nowMs);
    if (this.#udp === undefined) this.#handlers.packet(packet);
    else this.#guard(() => this.#reorder.push(packet, nowMs));
  }

  #rtcp(bytes: Buffer): void {
    const report = readSenderReport(bytes);
    if (report !== undefined) {
      this.#reception.senderReport(report, this.#clock.monotonicMs());
      this.#handlers?.senderReport(report);
    }
    if (saysGoodbye(bytes)) this.#endSoon();
  }

  /** A goodbye may overtake the last pictures (RFC 3550, 6.3.4). */
  #endSoon(): void {
    this.#cancel.end();
    this.#cancel.end = this.#clock.after(GOODBYE_MS, () => this.#connection.close(new VideoError('ended', 'the camera ended the stream')));
  }

  /** What is thrown while interleaved packets are handled ends the connection; so must it be for those that come by UDP. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      this.#connection.close(new VideoError('protocol', 'the camera sent data that could not be handled', { cause }));
    }
  }

  #scheduleKeepAlive(): void {
    this.#cancel.keepAlive = this.#clock.after(this.#keepAliveMs, () => void this.#keepAlive());
  }

  /** Failures end the connection by themselves and are seen there. */
  async #keepAlive(): Promise<void> {
    const headers = { Session: this.#session ?? '' };
    const answer = await this.#connection.request(this.#keepAliveMethod, this.#described.aggregateUri, headers).catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status >= 400) this.#keepAliveMethod = 'OPTIONS';
    if (answer.status === 454) this.#connection.close(new VideoError('ended', 'the camera forgot the session'));
    else this.#scheduleKeepAlive();
  }

  /** Servers built on live555 take reports as signs of life, and end a session without them. */
  #scheduleReport(): void {
    this.#cancel.report = this.#clock.after(REPORT_MS, () => {
      const report = this.#reception.report(this.#clock.monotonicMs());
      if (this.#udp === undefined) this.#connection.sendFrame(this.#rtpChannel + 1, report);
      else this.#udp.sendReport(report);
      this.#scheduleReport();
    });
  }

  #closeUdp(): void {
    this.#udp?.close();
    this.#udp = undefined;
  }

  #release(): void {
    this.#cancel.keepAlive();
    this.#cancel.report();
    this.#cancel.end();
    // The transport stays known: what was lost tells of it.
    this.#udp?.close();
  }
}

const nothing = (): void => undefined;

function transportOf(answer: RtspResponse): string {
  return answer.headers.get('transport')?.[0] ?? '';
}
