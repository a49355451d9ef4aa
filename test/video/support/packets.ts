import type { FilmedPicture } from './footage.ts';

/** Cuts pictures into RTP packets the way cameras do (RFC 6184): parameter sets together, large units in fragments. */
export class Packetiser {
  sequence: number;
  readonly source: number;
  readonly payloadType: number;
  readonly pieceBytes: number;

  constructor(options: { sequence?: number; source?: number; payloadType?: number; pieceBytes?: number } = {}) {
    this.sequence = options.sequence ?? 65_500;
    this.source = options.source ?? 0x1234_5678;
    this.payloadType = options.payloadType ?? 96;
    this.pieceBytes = options.pieceBytes ?? 1200;
  }

  picture({ nals }: Pick<FilmedPicture, 'nals'>, timestamp: number): Buffer[] {
    const small = nals.filter((nal) => (nal[0]! & 0x1f) >= 6);
    const slices = nals.filter((nal) => (nal[0]! & 0x1f) < 6);
    const payloads = [...(small.length > 1 ? [aggregate(small)] : small), ...slices.flatMap((nal) => this.#fragments(nal))];
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
    for (let at = 1; at < nal.length; at += this.pieceBytes) {
      const start = at === 1 ? 0x80 : 0;
      const end = at + this.pieceBytes >= nal.length ? 0x40 : 0;
      const head = Buffer.from([(nal[0]! & 0xe0) | 28, start | end | (nal[0]! & 0x1f)]);
      pieces.push(Buffer.concat([head, nal.subarray(at, at + this.pieceBytes)]));
    }
    return pieces;
  }
}

function aggregate(nals: readonly Buffer[]): Buffer {
  const sized = nals.flatMap((nal) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(nal.length);
    return [size, nal];
  });
  return Buffer.concat([Buffer.from([24]), ...sized]);
}
