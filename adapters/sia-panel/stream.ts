import { maxFrameBytes } from './frame.ts';
import { maxPlainBytes, reportInStream } from './plain-contact-id.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** What came out of the stream: a DC-09 frame without LF and CR, a Contact ID report with its brackets, or bytes that belong to neither. */
export type Piece = { readonly type: 'frame' | 'report' | 'garbage'; readonly bytes: Buffer };

/**
 * Cuts a TCP stream into frames: several in one segment, one over several, garbage between them.
 * A DC-09 frame ends with CR and starts after the last LF before it, so the next good frame is found after any garbage;
 * a plain Contact ID report is known by its form alone, since nothing ends it but its bracket.
 * Holds at most one frame's length; what grows beyond it without a CR is given up as garbage.
 */
export class FrameSplitter {
  #held: Buffer = Buffer.alloc(0);

  /** The pieces that `segment` completes, in order. */
  push(segment: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    let rest = Buffer.concat([this.#held, segment]);
    for (let end = endOfPiece(rest); end !== undefined; end = endOfPiece(rest)) {
      if (end.type === 'report') {
        addGarbage(pieces, rest.subarray(0, end.from));
        pieces.push({ type: 'report', bytes: Buffer.from(rest.subarray(end.from, end.to)) });
      } else {
        const line = rest.subarray(0, end.to - 1);
        const start = line.lastIndexOf(lineFeed) + 1;
        addGarbage(pieces, line.subarray(0, start));
        if (!isFiller(line.subarray(start))) pieces.push({ type: 'frame', bytes: Buffer.from(line.subarray(start)) });
      }
      rest = rest.subarray(end.to);
    }
    if (rest.length > maxFrameBytes) {
      const start = rest.lastIndexOf(lineFeed);
      const keep = start !== -1 && rest.length - start <= maxFrameBytes ? start : rest.length;
      addGarbage(pieces, rest.subarray(0, keep));
      rest = rest.subarray(keep);
    }
    this.#held = Buffer.from(rest);
    return pieces;
  }

  /** Bytes that wait for the rest of their frame. */
  get heldBytes(): number {
    return this.#held.length;
  }
}

/** Where the first piece of `bytes` ends: the CR of a line, or the bracket of a report that is not part of a DC-09 frame. */
function endOfPiece(bytes: Buffer): { type: 'line'; to: number } | { type: 'report'; from: number; to: number } | undefined {
  const end = bytes.indexOf(carriageReturn);
  const line = end === -1 ? undefined : ({ type: 'line', to: end + 1 } as const);
  if (bytes.indexOf('[') === -1) return line;
  const text = bytes.toString('latin1', 0, end === -1 ? Math.min(bytes.length, maxFrameBytes + maxPlainBytes) : end);
  const report = reportInStream.exec(text);
  // The token of a DC-09 frame stands in quotes in front of any bracket.
  if (report === null || text.slice(text.lastIndexOf('\n', report.index) + 1, report.index).includes('"')) return line;
  return { type: 'report', from: report.index, to: report.index + report[0].length };
}

function addGarbage(pieces: Piece[], bytes: Buffer): void {
  if (!isFiller(bytes)) pieces.push({ type: 'garbage', bytes: Buffer.from(bytes) });
}

/** Line feeds, spaces and NUL between frames are what some panels send, and not worth a count. */
function isFiller(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === lineFeed || byte === 0x00 || byte === 0x20);
}
