import type { EpochMs } from '../../domain/clock.ts';

// RTCP (RFC 3550, 6): what the camera tells of its clock and its end, and what we tell of our reception.

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const CNAME = 1;
/** Seconds from 1900 (NTP) to 1970. */
const NTP_TO_UNIX_SECONDS = 2_208_988_800;

export interface SenderReport {
  /** The camera's wall clock; undefined where it was never set. */
  readonly cameraTime: EpochMs | undefined;
  /** The middle 32 bits of its NTP time, which our report repeats. */
  readonly ntpMiddle: number;
}

/** One reception report block (RFC 3550, 6.4.1). */
export interface ReceptionReport {
  readonly source: number;
  /** Of the packets since the report before, in 1/256. */
  readonly fractionLost: number;
  readonly lost: number;
  readonly highestSequence: number;
  /** In ticks of the RTP clock. */
  readonly jitter: number;
  readonly lastSenderReport: number;
  /** Since that report, in 1/65536 s. */
  readonly delay: number;
}

/** The sender report in a compound packet; undefined when there is none. */
export function readSenderReport(compound: Buffer): SenderReport | undefined {
  for (const { type, bytes } of packetsOf(compound)) {
    if (type !== SENDER_REPORT || bytes.length < 28) continue;
    const seconds = bytes.readUInt32BE(8);
    const known = seconds >= NTP_TO_UNIX_SECONDS;
    const cameraTime = known ? Math.round((seconds - NTP_TO_UNIX_SECONDS + bytes.readUInt32BE(12) / 2 ** 32) * 1000) : undefined;
    return { cameraTime, ntpMiddle: bytes.readUInt32BE(10) };
  }
  return undefined;
}

/** Whether the camera says that it stops sending (RFC 3550, 6.6). */
export function saysGoodbye(compound: Buffer): boolean {
  for (const { type } of packetsOf(compound)) if (type === GOODBYE) return true;
  return false;
}

/** A receiver report with our canonical name, as every compound packet must have (RFC 3550, 6.1). Without `report` nothing was received yet. */
export function receiverReport(ownSource: number, report: ReceptionReport | undefined): Buffer {
  const name = `sallyport-${ownSource.toString(16)}`;
  const reportBytes = report === undefined ? 8 : 32;
  const descriptionBytes = 4 * Math.ceil((4 + 4 + 2 + name.length + 1) / 4);
  const bytes = Buffer.alloc(reportBytes + descriptionBytes);
  writeHeader(bytes, 0, report === undefined ? 0 : 1, RECEIVER_REPORT, reportBytes);
  bytes.writeUInt32BE(ownSource, 4);
  if (report !== undefined) {
    bytes.writeUInt32BE(report.source, 8);
    bytes[12] = report.fractionLost;
    bytes.writeIntBE(Math.min(Math.max(report.lost, -0x800000), 0x7fffff), 13, 3);
    bytes.writeUInt32BE(report.highestSequence >>> 0, 16);
    bytes.writeUInt32BE(report.jitter >>> 0, 20);
    bytes.writeUInt32BE(report.lastSenderReport >>> 0, 24);
    bytes.writeUInt32BE(report.delay >>> 0, 28);
  }
  writeHeader(bytes, reportBytes, 1, SOURCE_DESCRIPTION, descriptionBytes);
  bytes.writeUInt32BE(ownSource, reportBytes + 4);
  bytes[reportBytes + 8] = CNAME;
  bytes[reportBytes + 9] = name.length;
  bytes.write(name, reportBytes + 10, 'latin1');
  return bytes;
}

function writeHeader(bytes: Buffer, at: number, count: number, type: number, size: number): void {
  bytes[at] = (2 << 6) | count;
  bytes[at + 1] = type;
  bytes.writeUInt16BE(size / 4 - 1, at + 2);
}

/** The packets of a compound packet, as far as they are whole. */
function* packetsOf(compound: Buffer): Generator<{ type: number; bytes: Buffer }> {
  let at = 0;
  while (at + 4 <= compound.length) {
    const size = 4 * (compound.readUInt16BE(at + 2) + 1);
    if ((compound[at] ?? 0) >> 6 !== 2 || at + size > compound.length) return;
    yield { type: compound[at + 1] ?? 0, bytes: compound.subarray(at, at + size) };
    at += size;
  }
}
