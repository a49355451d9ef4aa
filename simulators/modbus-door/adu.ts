/** One application data unit, taken apart. */
export interface Adu {
  /** 0 on a serial line, which has none. */
  readonly transaction: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

/** Collects a stream into ADUs. */
export interface AduReader {
  /**
   * Takes the next piece and gives the ADUs that it completes.
   * @throws Error when the stream is not Modbus; there is no way to find the next ADU, so the connection is of no more use.
   */
  push(piece: Buffer): Adu[];
}
