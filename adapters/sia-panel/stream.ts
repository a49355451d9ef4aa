import { maxFrameBytes } from './frame.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** What came out of the stream: a frame without LF and CR, or bytes that belong to none. */
export type Piece = { readonly type: 'frame'; readonly bytes: Buffer } | { readonly type: 'garbage'; readonly bytes: Buffer };

/**
 * Cuts a TCP stream into frames: several in one segment, one over several, garbage between them.
 * A frame ends with CR and starts after the last LF before it, so the next good frame is found after any garbage.
 * Holds at most one frame's length; what grows beyond it without a CR is given up as garbage.
 */
export class FrameSplitter {
  #held: Buffer = Buffer.alloc(0);

  /** The pieces that `segment` completes, in order. */
  push(segment: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    let rest = Buffer.concat([this.#held, segment]);
    for (let end = rest.indexOf(carriageReturn); end !== -1; end = rest.indexOf(carriageReturn)) {
      const line = rest.subarray(0, end);
      const start = line.lastIndexOf(lineFeed) + 1;
      addGarbage(pieces, line.subarray(0, start));
      if (!isFiller(line.subarray(start))) pieces.push({ type: 'frame', bytes: Buffer.from(line.subarray(start)) });
      rest = rest.subarray(end + 1);
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

function addGarbage(pieces: Piece[], bytes: Buffer): void {
  if (!isFiller(bytes)) pieces.push({ type: 'garbage', bytes: Buffer.from(bytes) });
}

/** Line feeds, spaces and NUL between frames are what some panels send, and not worth a count. */
function isFiller(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === lineFeed || byte === 0x00 || byte === 0x20);
}
