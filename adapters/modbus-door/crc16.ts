/** CRC-16 of the serial line: polynomial 0xA001 reflected, begun with 0xFFFF (MODBUS over Serial Line V1.02, 6.2.2). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** The bytes with their CRC behind them, the low byte first (2.5.1.2). */
export function withCrc(bytes: Uint8Array): Buffer {
  const frame = Buffer.alloc(bytes.length + 2);
  frame.set(bytes);
  frame.writeUInt16LE(crc16(bytes), bytes.length);
  return frame;
}
