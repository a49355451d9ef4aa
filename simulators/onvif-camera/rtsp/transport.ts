import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { garble } from '../condition.ts';
import type { Condition } from '../condition.ts';
import { rtpHeaderBytes, writeRtpHeader } from './rtp-h264.ts';
import type { RtpHeader } from './rtp-h264.ts';

/** A client that is this far behind is dropped, so that it cannot fill the camera's memory. */
export const backlogLimitBytes = 1024 * 1024;

/** How a session's packets reach its client. */
export interface MediaTransport {
  /** The Transport header of the SETUP response (RFC 2326 clause 12.39). */
  readonly header: string;
  /** Sends one picture's packets; `first` is the header of the first one, the rest count on, the last one carries the marker. False when the client is too slow. */
  sendPicture(payloads: readonly Buffer[], first: RtpHeader): boolean;
  sendReport(report: Buffer): void;
  close(): void;
}

/** Packets between the RTSP messages of the connection (RFC 2326 clause 10.12). */
export function interleavedTransport(socket: Socket, channel: number, ssrc: number, condition: Condition): MediaTransport {
  const frameHeaderBytes = 4;
  return {
    header: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1};ssrc=${hex(ssrc)};mode="PLAY"`,
    sendPicture(payloads, first) {
      if (socket.writableLength > backlogLimitBytes) return false;
      // One write for the whole picture: a system call per packet would cost more than the copy.
      const packets = leaving(payloads, first, condition);
      const length = packets.reduce((sum, { payload }) => sum + frameHeaderBytes + rtpHeaderBytes + payload.length, 0);
      const block = Buffer.allocUnsafe(length);
      let offset = 0;
      for (const { header, payload } of packets) {
        block[offset] = 0x24;
        block[offset + 1] = channel;
        block.writeUInt16BE(rtpHeaderBytes + payload.length, offset + 2);
        writeRtpHeader(block, offset + frameHeaderBytes, header);
        payload.copy(block, offset + frameHeaderBytes + rtpHeaderBytes);
        offset += frameHeaderBytes + rtpHeaderBytes + payload.length;
      }
      if (socket.writable) socket.write(condition.garbled ? garble(block) : block);
      return true;
    },
    sendReport(report) {
      const header = Buffer.from([0x24, channel + 1, report.length >> 8, report.length & 0xff]);
      if (socket.writable) socket.write(Buffer.concat([header, report]));
    },
    close: () => undefined,
  };
}

/** Packets in datagrams of their own; the report's port is the one above. `onReport` is called for what the client's RTCP port sends. */
export async function datagramTransport(
  host: string,
  client: { readonly address: string; readonly rtpPort: number; readonly rtcpPort: number },
  ssrc: number,
  condition: Condition,
  onReport: () => void,
): Promise<MediaTransport> {
  const [rtp, rtcp] = await portPair(host);
  rtcp.on('message', onReport);
  const send = (socket: DatagramSocket, packet: Buffer, port: number): void =>
    socket.send(condition.garbled ? garble(packet) : packet, port, client.address);
  return {
    header: `RTP/AVP;unicast;client_port=${client.rtpPort}-${client.rtcpPort};server_port=${rtp.address().port}-${rtcp.address().port};ssrc=${hex(ssrc)};mode="PLAY"`,
    sendPicture(payloads, first) {
      const packets = leaving(payloads, first, condition);
      // Neighbours change places.
      for (const { header, payload } of condition.reordersDatagrams ? packets.map((packet, n) => packets[n ^ 1] ?? packet) : packets) {
        const packet = Buffer.allocUnsafe(rtpHeaderBytes + payload.length);
        writeRtpHeader(packet, 0, header);
        payload.copy(packet, rtpHeaderBytes);
        send(rtp, packet, client.rtpPort);
      }
      return true;
    },
    sendReport: (report) => send(rtcp, report, client.rtcpPort),
    close() {
      rtp.close();
      rtcp.close();
    },
  };
}

/** A picture's packets, each with its header, but for those that are lost. */
function leaving(payloads: readonly Buffer[], first: RtpHeader, condition: Condition): { readonly header: RtpHeader; readonly payload: Buffer }[] {
  return payloads
    .map((payload, n) => ({ header: { ...first, sequence: first.sequence + n, marker: n === payloads.length - 1 }, payload }))
    .filter(() => !condition.losesPacket());
}

const hex = (ssrc: number): string => ssrc.toString(16).toUpperCase().padStart(8, '0');

/** An even port and the one above it (RFC 3550 clause 11). */
async function portPair(host: string): Promise<[DatagramSocket, DatagramSocket]> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const rtp = await bound(host, 0);
    const port = rtp?.address().port ?? 0;
    const rtcp = port % 2 === 0 ? await bound(host, port + 1) : undefined;
    if (rtp !== undefined && rtcp !== undefined) return [rtp, rtcp];
    rtp?.close();
  }
  throw new Error(`no pair of free UDP ports on ${host}`);
}

async function bound(host: string, port: number): Promise<DatagramSocket | undefined> {
  const socket = createSocket('udp4');
  return await new Promise((resolve) => {
    socket.once('error', () => resolve(undefined));
    socket.bind(port, host, () => {
      // An unreachable client (ICMP) must not end the process.
      socket.removeAllListeners('error').on('error', () => undefined);
      resolve(socket);
    });
  });
}
