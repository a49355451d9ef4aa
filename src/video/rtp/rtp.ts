import type { EpochMs } from '../../domain/clock.ts';

/** One RTP packet (RFC 3550, 5.1). */
export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  /** A view of the bytes it was parsed from. */
  readonly payload: Buffer;
}

const FIXED_HEADER_BYTES = 12;
/** Seconds from 1900 (NTP) to 1970. */
const NTP_TO_UNIX_SECONDS = 2_208_988_800;

/** Parses a packet; undefined when it is not RTP version 2 or shorter than it says. */
export function parseRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < FIXED_HEADER_BYTES) return undefined;
  const first = bytes[0] ?? 0;
  if (first >> 6 !== 2) return undefined;
  let start = FIXED_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (start + 4 > bytes.length) return undefined;
    start += 4 + 4 * bytes.readUInt16BE(start + 2);
  }
  const padding = (first & 0x20) === 0 ? 0 : (bytes[bytes.length - 1] ?? 0);
  const end = bytes.length - padding;
  if (start > end) return undefined;
  const second = bytes[1] ?? 0;
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, end),
  };
}

/** The camera's own wall clock in the sender report at the head of a compound RTCP packet (RFC 3550, 6.4.1); undefined when there is none or the clock was never set. */
export function senderReportTime(bytes: Buffer): EpochMs | undefined {
  const isReport = bytes.length >= 28 && (bytes[0] ?? 0) >> 6 === 2 && bytes[1] === 200;
  if (!isReport) return undefined;
  const seconds = bytes.readUInt32BE(8);
  if (seconds < NTP_TO_UNIX_SECONDS) return undefined;
  return Math.round((seconds - NTP_TO_UNIX_SECONDS + bytes.readUInt32BE(12) / 2 ** 32) * 1000);
}

/** A receiver report without report blocks (RFC 3550, 6.4.2): servers built on live555 take it as a sign of life. */
export function emptyReceiverReport(source: number): Buffer {
  const report = Buffer.alloc(8);
  report[0] = 2 << 6;
  report[1] = 201;
  report.writeUInt16BE(1, 2);
  report.writeUInt32BE(source, 4);
  return report;
}
