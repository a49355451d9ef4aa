import type { StreamAddress } from '../adapter/contract.ts';
import type { Clock } from '../domain/clock.ts';
import { VideoError } from './video-error.ts';

const ADDRESS_LIMIT_MS = 10_000;

/** Asks the camera's device for the stream's address. @throws VideoError when it gives none in time; its words hold no credentials. */
export async function streamAddress(open: () => Promise<StreamAddress>, clock: Clock, signal: AbortSignal): Promise<StreamAddress> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    const cancelDeadline = clock.after(ADDRESS_LIMIT_MS, () => reject(new Error('it does not answer')));
    const abort = () => reject(new Error('the gateway is stopping'));
    signal.addEventListener('abort', abort, { once: true });
    cancel = () => {
      cancelDeadline();
      signal.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([open(), late]);
  } catch (cause) {
    if (cause instanceof VideoError) throw cause;
    const why = cause instanceof Error ? cause.message.replace(/\/\/[^/\s]*@/g, '//') : 'unknown reason';
    throw new VideoError('unreachable', `the camera's device gives no stream address: ${why}`, { cause });
  } finally {
    cancel();
  }
}
