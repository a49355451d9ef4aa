import { BitReader, BitWriter, nalUnit, payloadOf } from './bits.ts';

/**
 * Writes parts of an H.264 picture without an encoder, so that each camera's bar with its name and a true clock
 * stands above a scene that all cameras share. A picture is two slices: the bar, written here, and the scene, encoded once
 * and moved down by the bar's rows. Slices do not depend on each other within a picture (H.264 clause 7.4.3), and the scene's
 * top rows never move, so no motion vector reaches into the bar.
 */

export const macroblock = 16;

/** What the slices of one stream have in common: from its parameter sets. */
export interface StreamParameters {
  readonly sps: Buffer;
  readonly pps: Buffer;
  readonly columns: number;
  readonly frameNumBits: number;
  /** Of pic_order_cnt_lsb; 0 where pictures are shown in the order in which they are decoded, which then needs no saying. */
  readonly pictureOrderBits: number;
  /** pic_init_qp, from which slices give their difference. */
  readonly initialQp: number;
}

/** What the slices of one picture must agree on. */
export interface SliceIdentity {
  readonly nalHeader: number;
  readonly idr: boolean;
  readonly frameNum: number;
  readonly idrPicId: number;
  /** pic_order_cnt_lsb: two for each picture since the key frame in the order in which they are shown. */
  readonly pictureOrder: number;
}

/**
 * Reads the encoder's parameter sets and makes the picture `addedRows` macroblocks taller.
 * @throws Error when the stream is not what the footage is rendered as: CAVLC, frames only, one slice group.
 */
export function tallerParameters(sps: Buffer, pps: Buffer, addedRows: number): StreamParameters {
  const taller = changedSize(sps, addedRows, 0);
  const pictureParameters = new BitReader(payloadOf(pps));
  pictureParameters.ue();
  pictureParameters.ue();
  if (pictureParameters.u(2) !== 0) throw new Error('footage is not coded by CAVLC in frames');
  if (pictureParameters.ue() !== 0) throw new Error('footage has slice groups');
  pictureParameters.ue();
  pictureParameters.ue();
  if (pictureParameters.u(3) !== 0) throw new Error('footage has weighted prediction');
  const qp = pictureParameters.ue();
  const initialQp = 26 + (qp % 2 === 1 ? (qp + 1) / 2 : -qp / 2);
  return { ...taller, pps: Buffer.from(pps), initialQp };
}

/** The same sequence parameter set for a picture of which so many lines, an even number, are hidden at the bottom; its slices stay as they are. */
export function withHiddenLines(sps: Buffer, lines: number): Buffer {
  return changedSize(sps, 0, lines).sps;
}

/** Clause 7.3.2.1.1, for the baseline and main profiles. */
function changedSize(sps: Buffer, addedRows: number, hiddenLines: number): Omit<StreamParameters, 'pps' | 'initialQp'> {
  const reader = new BitReader(payloadOf(sps));
  const writer = new BitWriter().u(24, reader.u(24)).ue(reader.ue()); // profile, constraints, level; seq_parameter_set_id
  const frameNumBits = reader.ue() + 4;
  const pictureOrderType = reader.ue();
  if (pictureOrderType === 1) throw new Error('footage has pictures in a fixed order');
  const pictureOrderBits = pictureOrderType === 0 ? reader.ue() + 4 : 0;
  writer.ue(frameNumBits - 4).ue(pictureOrderType);
  if (pictureOrderType === 0) writer.ue(pictureOrderBits - 4);
  writer.ue(reader.ue()).u(1, reader.u(1)); // num_ref_frames, gaps
  const columns = reader.ue() + 1;
  writer.ue(columns - 1).ue(reader.ue() + addedRows);
  if (reader.u(1) !== 1) throw new Error('footage is not coded in frames');
  writer.u(1, 1).u(1, reader.u(1)); // frame_mbs_only, direct_8x8_inference
  const cropping = reader.u(1) === 1 ? [reader.ue(), reader.ue(), reader.ue(), reader.ue()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = cropping;
  writer
    .u(1, 1)
    .ue(left)
    .ue(right)
    .ue(top)
    .ue(bottom + hiddenLines / 2); // in chroma samples
  writer.rest(reader);
  return { sps: nalUnit(sps[0] ?? 0, writer.finish()), columns, frameNumBits, pictureOrderBits };
}

/** Reads an encoder's slice that begins at the picture's top, and moves it down by `rows` macroblocks. */
export function movedDown(unit: Buffer, stream: StreamParameters, rows: number): { unit: Buffer; identity: SliceIdentity } {
  const nalHeader = unit[0] ?? 0;
  const idr = (nalHeader & 0x1f) === 5;
  const payload = payloadOf(unit);
  const reader = new BitReader(payload);
  if (reader.ue() !== 0) throw new Error('footage has several slices in a picture');
  const writer = new BitWriter()
    .ue(rows * stream.columns)
    .ue(reader.ue() % 5) // The bar's slice may be of another type (table 7-6).
    .ue(reader.ue()); // first_mb_in_slice, slice_type, pic_parameter_set_id
  const frameNum = reader.u(stream.frameNumBits);
  writer.u(stream.frameNumBits, frameNum);
  const idrPicId = idr ? reader.ue() : 0;
  if (idr) writer.ue(idrPicId);
  const pictureOrder = reader.u(stream.pictureOrderBits);
  writer.u(stream.pictureOrderBits, pictureOrder).rest(reader);
  return { unit: nalUnit(nalHeader, writer.finish()), identity: { nalHeader, idr, frameNum, idrPicId, pictureOrder } };
}

/** A part of a picture in grey: whole rows of macroblocks from `firstRow`, `luma` line by line. */
export interface GreyRows {
  readonly firstRow: number;
  readonly rows: number;
  readonly luma: Uint8Array;
}

const grey = new Uint8Array(2 * 64).fill(128);

/** A slice that shows `area` from nothing: for a key frame. Flat macroblocks cost a few bits, others are copied sample by sample (I_PCM). */
export function keySlice(stream: StreamParameters, identity: SliceIdentity, area: GreyRows): Buffer {
  const writer = sliceHeader(stream, identity, area.firstRow);
  const pcm = new Set<number>();
  for (let address = 0; address < area.rows * stream.columns; address++) {
    const column = address % stream.columns;
    if (!predicted(stream, area, address)) {
      pcm.add(address);
      writePcm(writer.ue(25), stream, area, address);
      continue;
    }
    // I_16x16 by DC prediction without residual (mb_type 3), chroma DC, no change of quantiser; then "no coefficients" in the
    // form that the neighbours' counts ask for, 16 for an I_PCM (clause 9.2.1).
    writer.ue(3).ue(0).se(0);
    const left = column > 0 ? (pcm.has(address - 1) ? 16 : 0) : undefined;
    const above = address >= stream.columns ? (pcm.has(address - stream.columns) ? 16 : 0) : undefined;
    const count = left !== undefined && above !== undefined ? (left + above + 1) >> 1 : (left ?? above ?? 0);
    if (count >= 8) writer.u(6, 0b000011);
    else writer.u(1, 1);
  }
  return nalUnit(identity.nalHeader, writer.trailing().finish());
}

/** A slice that keeps the `area` of the reference picture before it but for the macroblocks (counted within the area) in `changed`. */
export function deltaSlice(stream: StreamParameters, identity: SliceIdentity, area: GreyRows, changed: readonly number[]): Buffer {
  const writer = sliceHeader(stream, identity, area.firstRow);
  let next = 0;
  for (const address of changed) {
    writePcm(writer.ue(address - next).ue(5 + 25), stream, area, address);
    next = address + 1;
  }
  const left = area.rows * stream.columns - next;
  if (left > 0) writer.ue(left);
  return nalUnit(identity.nalHeader, writer.trailing().finish());
}

/** Clause 7.3.3, for the streams that `tallerParameters` lets pass; without deblocking, which would blur the letters. */
function sliceHeader(stream: StreamParameters, identity: SliceIdentity, firstRow: number): BitWriter {
  const writer = new BitWriter()
    .ue(firstRow * stream.columns)
    .ue(identity.idr ? 2 : 0)
    .ue(0)
    .u(stream.frameNumBits, identity.frameNum);
  if (identity.idr) writer.ue(identity.idrPicId);
  writer.u(stream.pictureOrderBits, identity.pictureOrder);
  if (identity.idr) writer.u(2, 0);
  else writer.u(1, 1).ue(0).u(1, 0); // one reference picture, in its order
  if (!identity.idr && isReference(identity)) writer.u(1, 0); // sliding window
  return writer.se(-stream.initialQp).ue(1); // quantiser 0
}

/** Whether others are predicted from the picture: nal_ref_idc. */
export function isReference({ nalHeader }: SliceIdentity): boolean {
  return (nalHeader & 0x60) !== 0;
}

function writePcm(writer: BitWriter, stream: StreamParameters, area: GreyRows, address: number): void {
  writer.align();
  const width = stream.columns * macroblock;
  const top = Math.floor(address / stream.columns) * macroblock;
  const left = (address % stream.columns) * macroblock;
  for (let line = top; line < top + macroblock; line++) writer.bytes(area.luma.subarray(line * width + left, line * width + left + macroblock));
  writer.bytes(grey);
}

/** Whether a macroblock is flat and prediction from its left and upper edge (clause 8.3.3.3) gives just that. */
function predicted(stream: StreamParameters, area: GreyRows, address: number): boolean {
  const width = stream.columns * macroblock;
  const top = Math.floor(address / stream.columns) * macroblock;
  const left = (address % stream.columns) * macroblock;
  if (address === 0) return false;
  const level = area.luma[top * width + left];
  const fromLine = top === 0 ? top : top - 1;
  const fromColumn = left === 0 ? left : left - 1;
  for (let line = fromLine; line < top + macroblock; line++) {
    for (let column = fromColumn; column < left + macroblock; column++) {
      if (line < top && column < left) continue;
      if (area.luma[line * width + column] !== level) return false;
    }
  }
  return true;
}
