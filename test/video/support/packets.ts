import type { FilmedPicture } from './footage.ts';

/** Cuts pictures into RTP packets the way cameras do (RFC 6184, RFC 7798): parameter sets together, large units in fragments. */
export class Packetiser {
  sequence: number;
  readonly source: number;
  readonly payloadType: number;
  readonly pieceBytes: number;
  readonly codec: 'h264' | 'hevc';

  constructor(options: { sequence?: number; source?: number; payloadType?: number; pieceBytes?: number; codec?: 'h264' | 'hevc' } = {}) {
    this.sequence = options.sequence ?? 65_500;
    this.source = options.source ?? 0x1234_5678;
    this.payloadType = options.payloadType ?? 96;
    this.pieceBytes = options.pieceBytes ?? 1200;
    this.codec = options.codec ?? 'h264';
  }

  picture({ nals }: Pick<FilmedPicture, 'nals'>, timestamp: number): Buffer[] {
    const isSlice = (nal: Buffer) => (this.codec === 'h264' ? (nal[0]! & 0x1f) < 6 : nal[0]! >> 1 < 32);
    const small = nals.filter((nal) => !isSlice(nal));
    const slices = nals.filter(isSlice);
    const aggregateHeader = this.codec === 'h264' ? [24] : [48 << 1, 1];
    const payloads = [...(small.length > 1 ? [aggregate(aggregateHeader, small)] : small), ...slices.flatMap((nal) => this.#fragments(nal))];
    return payloads.map((payload, i) => this.packet(payload, timestamp, i === payloads.length - 1));
  }

  packet(payload: Buffer, timestamp: number, marker: boolean): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = this.payloadType | (marker ? 0x80 : 0);
    header.writeUInt16BE(this.sequence & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    header.writeUInt32BE(this.source, 8);
    this.sequence += 1;
    return Buffer.concat([header, payload]);
  }

  #fragments(nal: Buffer): Buffer[] {
    if (nal.length <= this.pieceBytes) return [nal];
    const pieces: Buffer[] = [];
    const first = this.codec === 'h264' ? 1 : 2;
    for (let at = first; at < nal.length; at += this.pieceBytes) {
      const flags = (at === first ? 0x80 : 0) | (at + this.pieceBytes >= nal.length ? 0x40 : 0);
      const head = Buffer.from(
        this.codec === 'h264' ? [(nal[0]! & 0xe0) | 28, flags | (nal[0]! & 0x1f)] : [(nal[0]! & 0x81) | (49 << 1), nal[1]!, flags | (nal[0]! >> 1)],
      );
      pieces.push(Buffer.concat([head, nal.subarray(at, at + this.pieceBytes)]));
    }
    return pieces;
  }
}

function aggregate(header: readonly number[], nals: readonly Buffer[]): Buffer {
  const sized = nals.flatMap((nal) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(nal.length);
    return [size, nal];
  });
  return Buffer.concat([Buffer.from(header), ...sized]);
}
