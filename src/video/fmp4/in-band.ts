import { u32 } from './boxes.ts';
import { decoderConfiguration } from './read.ts';

// A film whose parameter sets change: its sample entry lets them stand in the pictures as well (ISO/IEC 14496-15, 5.4.2.1 and 8.4.1.1),
// where each key frame has its own, so that a player may begin at any of them.

/** The sample entries that are written here, each with the one that allows that. */
const inBandFormats = { avc1: 'avc3', hvc1: 'hev1' } as const;
type Format = keyof typeof inBandFormats;

const HVCC_ARRAYS_AT = 23;
const ARRAY_IS_COMPLETE = 0x80;

/** The sample entry of an initialisation segment that was written here. */
export function sampleFormat(init: Buffer): Format {
  return init.includes('hvc1', init.indexOf('stsd')) ? 'hvc1' : 'avc1';
}

/** The same initialisation segment, for a film in which parameter sets stand before key frames as well. */
export function allowSetsInBand(init: Buffer): Buffer {
  const format = sampleFormat(init);
  const changed = Buffer.from(init);
  changed.write(inBandFormats[format], changed.indexOf(format, changed.indexOf('stsd')), 'latin1');
  if (format === 'hvc1') {
    const configuration = decoderConfiguration(changed);
    for (const { at } of hevcArrays(configuration)) configuration[at] = (configuration[at] ?? 0) & ~ARRAY_IS_COMPLETE;
  }
  return changed;
}

/** The parameter sets of an initialisation segment as they stand in a picture: each behind its length. */
export function setsInBand(init: Buffer): Buffer {
  const configuration = decoderConfiguration(init);
  const sets = sampleFormat(init) === 'hvc1' ? hevcArrays(configuration).flatMap((each) => each.sets) : avcSets(configuration);
  return Buffer.concat(sets.flatMap((set) => [u32(set.length), set]));
}

/** avcC (ISO/IEC 14496-15, 5.3.3.1.2): how many sequence parameter sets, then these, and the same of picture parameter sets. */
function avcSets(configuration: Buffer): Buffer[] {
  const sps = sized(configuration, 6, (configuration[5] ?? 0) & 0x1f);
  return [...sps.sets, ...sized(configuration, sps.end + 1, configuration[sps.end] ?? 0).sets];
}

/** hvcC (ISO/IEC 14496-15, 8.3.3.1.2): for each kind a byte with its type, how many, and these. */
function hevcArrays(configuration: Buffer): { at: number; sets: Buffer[] }[] {
  const arrays: { at: number; sets: Buffer[] }[] = [];
  for (let at = HVCC_ARRAYS_AT; at + 3 <= configuration.length;) {
    const { sets, end } = sized(configuration, at + 3, configuration.readUInt16BE(at + 1));
    arrays.push({ at, sets });
    at = end;
  }
  return arrays;
}

function sized(bytes: Buffer, from: number, count: number): { sets: Buffer[]; end: number } {
  const sets: Buffer[] = [];
  let end = from;
  for (let i = 0; i < count; i += 1) {
    const start = end + 2;
    end = start + bytes.readUInt16BE(end);
    sets.push(bytes.subarray(start, end));
  }
  return { sets, end };
}
