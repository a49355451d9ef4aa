/** One RTP packet (RFC 3550, 5.1). */
export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  /** RFC 3550, 5.3.1; a view of the bytes it was parsed from. */
  readonly extension?: { readonly profile: number; readonly data: Buffer };
  /** A view of the bytes it was parsed from. */
  readonly payload: Buffer;
}

const FIXED_HEADER_BYTES = 12;

/** Parses a packet; undefined when it is not RTP version 2 or shorter than it says. */
export function parseRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < FIXED_HEADER_BYTES) return undefined;
  const first = bytes[0] ?? 0;
  if (first >> 6 !== 2) return undefined;
  let start = FIXED_HEADER_BYTES + 4 * (first & 0x0f);
  let extension: RtpPacket['extension'];
  if ((first & 0x10) !== 0) {
    if (start + 4 > bytes.length) return undefined;
    const data = start + 4;
    start = data + 4 * bytes.readUInt16BE(start + 2);
    if (start > bytes.length) return undefined;
    extension = { profile: bytes.readUInt16BE(data - 4), data: bytes.subarray(data, start) };
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
    ...(extension && { extension }),
    payload: bytes.subarray(start, end),
  };
}
