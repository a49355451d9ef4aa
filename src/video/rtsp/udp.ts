import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { VideoError } from '../video-error.ts';

/** RTP goes to an even port, RTCP to the next one (RFC 3550, 11). */
const PAIR_ATTEMPTS = 32;
const MAX_PORT = 65_535;
/** A key frame arrives as one burst, faster than it is read; the system may grant less. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;

export interface UdpHandlers {
  rtp(packet: Buffer): void;
  rtcp(packet: Buffer): void;
}

/** Two UDP ports for one track. Packets from others than the camera are dropped. */
export class UdpPorts {
  readonly rtpPort: number;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #camera: string;
  #rtcpTo: { readonly address: string; readonly port: number } | undefined;
  #closed = false;

  private constructor(rtp: Socket, rtcp: Socket, camera: string, handlers: UdpHandlers) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#camera = camera;
    this.rtpPort = rtp.address().port;
    rtp.on('message', (packet, from) => this.#isCamera(from) && handlers.rtp(packet));
    rtcp.on('message', (packet, from) => this.#isCamera(from) && handlers.rtcp(packet));
    // A camera that is gone makes the system refuse reports; the stall shows it.
    for (const socket of [rtp, rtcp]) socket.on('error', () => undefined);
  }

  /**
   * @param local our address in the connection to the camera
   * @param camera the camera's address in it
   * @throws VideoError when no ports are free.
   */
  static async open(local: string, camera: string, handlers: UdpHandlers): Promise<UdpPorts> {
    for (let attempt = 0; attempt < PAIR_ATTEMPTS; attempt += 1) {
      const rtp = await bound(local, 0);
      const { port } = rtp.address();
      const rtcp = port % 2 === 0 ? await bound(local, port + 1).catch(() => undefined) : undefined;
      if (rtcp !== undefined) return new UdpPorts(rtp, rtcp, camera, handlers);
      rtp.close();
    }
    throw new VideoError('unreachable', 'the gateway has no two UDP ports left for the camera');
  }

  /** Tells where the camera sends from, and opens the way through firewalls and address translation by a packet to each port. */
  connect(rtpPort: number, rtcpPort: number): void {
    if (this.#closed || Math.max(rtpPort, rtcpPort) > MAX_PORT) return;
    this.#rtcpTo = { address: this.#camera, port: rtcpPort };
    const empty = Buffer.alloc(12);
    empty[0] = 2 << 6;
    if (rtpPort > 0) this.#rtp.send(empty, rtpPort, this.#camera, () => undefined);
  }

  sendReport(report: Buffer): void {
    if (this.#rtcpTo === undefined || this.#rtcpTo.port === 0 || this.#closed) return;
    // Without a callback an unreachable camera would raise an error event.
    this.#rtcp.send(report, this.#rtcpTo.port, this.#rtcpTo.address, () => undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    this.#rtcp.close();
  }

  #isCamera({ address }: RemoteInfo): boolean {
    return !this.#closed && address === this.#camera;
  }
}

function bound(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.once('error', (cause) => {
      socket.close();
      reject(new VideoError('unreachable', 'the gateway cannot open a UDP port', { cause }));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
