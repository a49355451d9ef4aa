/** RTP payloads of H.264 (RFC 6184, packetization-mode 1). */

/** Leaves room for the RTP, UDP and IP headers within an Ethernet frame. */
export const maxPayloadBytes = 1400;

const stapA = 24;
const fuA = 28;

/** One NAL unit as a single NAL unit packet (clause 5.6) or, when it is too large, as fragmentation units FU-A (clause 5.8). */
export function packetise(unit: Buffer, limit = maxPayloadBytes): Buffer[] {
  if (unit.length <= limit) return [unit];
  const header = unit[0] ?? 0;
  const payloads: Buffer[] = [];
  const step = limit - 2;
  for (let from = 1; from < unit.length; from += step) {
    const to = Math.min(unit.length, from + step);
    const start = from === 1 ? 0x80 : 0;
    const end = to === unit.length ? 0x40 : 0;
    payloads.push(Buffer.concat([Buffer.from([(header & 0xe0) | fuA, start | end | (header & 0x1f)]), unit.subarray(from, to)]));
  }
  return payloads;
}

/** Several small NAL units in one packet (clause 5.7.1); they must fit. The indicator takes the highest nal_ref_idc of all. */
export function aggregate(units: readonly Buffer[]): Buffer {
  const importance = Math.max(...units.map((unit) => (unit[0] ?? 0) & 0x60));
  const parts: Buffer[] = [Buffer.from([importance | stapA])];
  for (const unit of units) {
    const size = Buffer.allocUnsafe(2);
    size.writeUInt16BE(unit.length);
    parts.push(size, unit);
  }
  return Buffer.concat(parts);
}

export const rtpHeaderBytes = 12;
export const payloadType = 96;
/** RFC 6184 clause 8.2.1. */
export const rtpClockRate = 90_000;

export interface RtpHeader {
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

/** RFC 3550 clause 5.1. */
export function writeRtpHeader(into: Buffer, offset: number, header: RtpHeader): void {
  into[offset] = 0x80;
  into[offset + 1] = (header.marker ? 0x80 : 0) | payloadType;
  into.writeUInt16BE(header.sequence & 0xffff, offset + 2);
  into.writeUInt32BE(header.timestamp >>> 0, offset + 4);
  into.writeUInt32BE(header.ssrc >>> 0, offset + 8);
}

export interface SenderReport {
  readonly ssrc: number;
  /** The instant of which `rtpTimestamp` speaks, in milliseconds since 1970. */
  readonly wallClockMs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** A sender report with the mandatory SDES CNAME (RFC 3550 clauses 6.4.1 and 6.5). NTP seconds count from 1900. */
export function senderReport(report: SenderReport, cname: string): Buffer {
  const name = Buffer.from(cname);
  // Item type, length, name and at least one zero, padded to 32 bits.
  const sdesItems = Math.ceil((2 + name.length + 1) / 4) * 4;
  const packet = Buffer.alloc(28 + 8 + sdesItems);
  packet.set([0x80, 200]);
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(report.ssrc >>> 0, 4);
  const seconds = Math.floor(report.wallClockMs / 1000);
  packet.writeUInt32BE((seconds + 2_208_988_800) % 2 ** 32, 8);
  packet.writeUInt32BE(Math.floor(((report.wallClockMs - seconds * 1000) / 1000) * 2 ** 32), 12);
  packet.writeUInt32BE(report.rtpTimestamp >>> 0, 16);
  packet.writeUInt32BE(report.packets >>> 0, 20);
  packet.writeUInt32BE(report.octets >>> 0, 24);
  packet.set([0x81, 202], 28);
  packet.writeUInt16BE((8 + sdesItems) / 4 - 1, 30);
  packet.writeUInt32BE(report.ssrc >>> 0, 32);
  packet.set([1, name.length], 36);
  packet.set(name, 38);
  return packet;
}

/** A goodbye (RFC 3550 clause 6.6), sent behind a last sender report. */
export function goodbye(ssrc: number): Buffer {
  const packet = Buffer.alloc(8);
  packet.set([0x81, 203]);
  packet.writeUInt16BE(1, 2);
  packet.writeUInt32BE(ssrc >>> 0, 4);
  return packet;
}
