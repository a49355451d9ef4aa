import type { Exchange } from './codec.ts';
import { withCrc } from './crc16.ts';

const DIAGNOSTICS = 8;
const RETURN_QUERY_DATA = 0;

let latest = 0;

/**
 * Asks a unit to return a number that was not used lately (Application Protocol V1.1b3, 6.8.1). Its echo, and a refusal by a unit that
 * does not know this function, cannot be the reply to anything before. modbus-serial does not make such requests.
 */
export function echoTest(unit: number): Exchange<void> {
  latest = (latest + 1) % 0x10000;
  const request = Buffer.from([unit, DIAGNOSTICS, 0, RETURN_QUERY_DATA, latest >> 8, latest & 0xff]);
  return { request: withCrc(request), read: () => Promise.resolve() };
}
