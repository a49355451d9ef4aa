import type { EpochMs } from '../../domain/clock.ts';
import { fullBox, readUInt64, u32 } from './boxes.ts';
import { avcMime } from './avc.ts';
import { hevcMime } from './hevc.ts';
import { TRACK_ID } from './init.ts';

// Reads back the recordings that are written here: ftyp, moov, prft, then moof and mdat for each picture.
// One that was cut off by a crash is read up to there.

const NTP_TO_UNIX_MS = 2_208_988_800_000;
const NTP_AT = 16;
const MEDIA_TIME_AT = 24;
const PRFT_BYTES = 32;
/** As much of a configuration box as its MIME type needs. */
const CONFIGURATION_HEAD_BYTES = 24;
const MAX_BOX_BYTES = 16 * 1024 * 1024;

/** What the beginning of a recording says. */
export interface RecordingHead {
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  /** When zero of the file's time was. */
  readonly epochAtZero: EpochMs;
  readonly init: Buffer;
}

/** A kept recording. */
export interface RecordedFile extends RecordingHead {
  readonly fragments: readonly Buffer[];
}

/** The box that says when zero of the media time was (ISO/IEC 14496-12, 8.16.5). */
export function producerReferenceTime(epochAtZero: EpochMs): Buffer {
  const ms = Math.round(epochAtZero) + NTP_TO_UNIX_MS;
  const seconds = Math.floor(ms / 1000);
  const fraction = Math.floor(((ms % 1000) / 1000) * 2 ** 32);
  return fullBox('prft', 1, 0, u32(TRACK_ID, seconds, fraction, 0, 0));
}

/** Takes a recording apart; undefined when not even its beginning is there. */
export function readRecording(bytes: Buffer): RecordedFile | undefined {
  let init: Buffer | undefined;
  let epochAtZero: EpochMs | undefined;
  let moofAt: number | undefined;
  const fragments: Buffer[] = [];
  for (const { type, start, end } of topBoxes(bytes)) {
    if (type === 'moov') init = bytes.subarray(0, end);
    else if (type === 'prft' && end - start === PRFT_BYTES) epochAtZero = readReferenceTime(bytes.subarray(start, end));
    else if (type === 'moof') moofAt = start;
    else if (type === 'mdat' && moofAt !== undefined) fragments.push(bytes.subarray(moofAt, end));
  }
  const entry = init === undefined ? undefined : readSampleEntry(init);
  if (init === undefined || entry === undefined || epochAtZero === undefined) return undefined;
  return { ...entry, epochAtZero, init, fragments };
}

/** Takes a recording apart as it is read, so that one of any length needs little memory. `chunks` must stay as they are. */
export async function* readPictures(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ readonly file: RecordingHead; readonly fragment: Buffer }> {
  const pending: { init?: Buffer; file?: RecordingHead; moof?: Buffer } = {};
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let done = 0;
    for (const { type, start, end } of topBoxes(bytes)) {
      const box = bytes.subarray(start, end);
      done = end;
      if (type === 'ftyp' || type === 'moov') pending.init = Buffer.concat([pending.init ?? Buffer.alloc(0), box]);
      else if (type === 'prft' && box.length === PRFT_BYTES && pending.init !== undefined) {
        const entry = readSampleEntry(pending.init);
        if (entry !== undefined) pending.file = { ...entry, epochAtZero: readReferenceTime(box), init: pending.init };
      } else if (type === 'moof') pending.moof = box;
      else if (type === 'mdat' && pending.moof !== undefined && pending.file !== undefined) {
        yield { file: pending.file, fragment: Buffer.concat([pending.moof, box]) };
      }
    }
    rest = bytes.subarray(done);
    // No picture is as large as that: the file is broken.
    if (rest.length > MAX_BOX_BYTES) return;
  }
}

export function* topBoxes(bytes: Buffer): Generator<{ type: string; start: number; end: number }> {
  let start = 0;
  while (start + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(start);
    const end = start + size;
    if (size < 8 || end > bytes.length) return;
    yield { type: bytes.toString('latin1', start + 4, start + 8), start, end };
    start = end;
  }
}

function readReferenceTime(prft: Buffer): EpochMs {
  const ms = prft.readUInt32BE(NTP_AT) * 1000 + Math.round((prft.readUInt32BE(NTP_AT + 4) / 2 ** 32) * 1000);
  return ms - NTP_TO_UNIX_MS - readUInt64(prft, MEDIA_TIME_AT) / 90;
}

/** The decoder's configuration record in an initialisation segment that was written here: what is in its avcC or hvcC box (ISO/IEC 14496-15, 5.3.3, 8.3.3). */
export function decoderConfiguration(init: Buffer): Buffer {
  const name = Math.max(init.indexOf('avcC'), init.indexOf('hvcC'));
  return name < 4 ? Buffer.alloc(0) : init.subarray(name + 4, name - 4 + init.readUInt32BE(name - 4));
}

/** What `initSegment` wrote; undefined when it is damaged. */
export function readSampleEntry(init: Buffer): { mime: string; width: number; height: number } | undefined {
  const table = init.indexOf('stsd');
  const isHevc = init.includes('hvc1', table);
  const entry = init.indexOf(isHevc ? 'hvc1' : 'avc1', table);
  const box = init.indexOf(isHevc ? 'hvcC' : 'avcC', entry) - 4;
  if (table < 0 || entry < 0 || box < entry || box + CONFIGURATION_HEAD_BYTES > init.length) return undefined;
  const configuration = init.subarray(box);
  return {
    mime: isHevc ? hevcMime(configuration) : avcMime(configuration),
    width: init.readUInt16BE(entry + 28),
    height: init.readUInt16BE(entry + 30),
  };
}
