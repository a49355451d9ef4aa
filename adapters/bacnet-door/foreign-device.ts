import { pause } from '../../src/domain/clock.ts';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Endpoint, GuardedTransport } from './transport.ts';

/** A registration that was not answered or was refused is tried again so soon. */
const retryMs = 15_000;
const answerWithinMs = 3000;

/** Register-Foreign-Device (ASHRAE 135-2020, Annex J.2.6): BVLC type, function, length 6, time to live in seconds. */
export function registerFrame(ttlSeconds: number): Buffer {
  return Buffer.of(0x81, 0x05, 0x00, 0x06, ttlSeconds >> 8, ttlSeconds & 0xff);
}

/** The result code of a BVLC-Result (Annex J.2.1); undefined for any other frame. 0 is success, 0x30 a refused registration. */
export function resultCode(frame: Uint8Array): number | undefined {
  return frame.length === 6 && frame[0] === 0x81 && frame[1] === 0x00 ? ((frame[4] ?? 0) << 8) | (frame[5] ?? 0) : undefined;
}

/**
 * Keeps the gateway registered with a BBMD (Annex J.5.2) until `host.signal` aborts. Requests go to the device directly all the same;
 * without the registration only its broadcasts, such as I-Am after a restart, are missed. So a BBMD that fails is told, not fatal.
 */
export async function stayRegistered(transport: GuardedTransport, bbmd: Endpoint, ttlSeconds: number, host: AdapterHost): Promise<void> {
  const { clock, signal, log } = host;
  const address = `${bbmd.address}:${bbmd.port}`;
  let registered: boolean | undefined;
  try {
    for (;;) {
      const code = await register(transport, bbmd, ttlSeconds, host);
      if (code !== 0 && registered !== false) log.warn({ bbmd: address, code }, 'the BBMD does not register this gateway: broadcasts are not heard');
      if (code === 0 && registered === false) log.info({ bbmd: address }, 'registered with the BBMD');
      registered = code === 0;
      await pause(clock, registered ? ttlSeconds * 500 : retryMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The BBMD's result code; undefined where it does not answer. */
function register(transport: GuardedTransport, bbmd: Endpoint, ttlSeconds: number, { clock, signal }: AdapterHost): Promise<number | undefined> {
  return new Promise((resolve) => {
    const settle = (code: number | undefined) => {
      cancel();
      transport.off('bbmd', answered);
      signal.removeEventListener('abort', ended);
      resolve(code);
    };
    const answered = (frame: Buffer) => {
      const code = resultCode(frame);
      if (code !== undefined) settle(code);
    };
    const ended = () => settle(undefined);
    const cancel = clock.after(answerWithinMs, ended);
    transport.on('bbmd', answered);
    signal.addEventListener('abort', ended, { once: true });
    const frame = registerFrame(ttlSeconds);
    transport.send(frame, frame.length, `${bbmd.address}:${bbmd.port}`);
  });
}
