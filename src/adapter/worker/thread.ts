import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../domain/clock.ts';
import { loadAdapter } from '../loader.ts';
import { lookWith } from '../runner.ts';
import { outcomeOf } from './calls.ts';
import { toErrorMessage } from './errors.ts';
import type { FromThread, ToThread } from './messages.ts';
import { ThreadAttempt } from './thread-attempt.ts';

// An adapter's thread. An exception that nobody caught ends it, and the gateway starts another: what it interrupted is unknown.
// A rejected promise that nobody waited for has interrupted nothing: it is told and survived.

/** Lines of log and malformed frames, from one beat to the next: a loop that complains without end must not fill the gateway's memory. */
const NOTICES_PER_BEAT = 1000;

if (parentPort === null) throw new Error('this module is the inside of a worker thread');
const port = parentPort;
const { module } = workerData as { module: string };
const attempts = new Map<number, ThreadAttempt>();
const post = (message: FromThread) => port.postMessage(message);
let noticesLeft = NOTICES_PER_BEAT;

function mayNotice(): boolean {
  noticesLeft -= 1;
  return noticesLeft >= 0;
}

process.on('unhandledRejection', (error) => post({ type: 'stray', error: toErrorMessage(error) }));
const definition = await loadAdapter(module);

port.on('message', (message: ToThread) => {
  if (message.type === 'ping') {
    noticesLeft = NOTICES_PER_BEAT;
    post({ type: 'pong', bufferBytes: process.memoryUsage().arrayBuffers });
  } else if (message.type === 'discover') {
    const { call, request } = message;
    const search = lookWith(definition, { ...request, clock: systemClock, signal: new AbortController().signal });
    void outcomeOf(search).then((outcome) => post({ type: 'discovered', call, outcome }));
  } else if (message.type === 'connect') {
    const attempt = new ThreadAttempt(message.attempt, post, mayNotice);
    attempts.set(message.attempt, attempt);
    void attempt.run(definition, message).finally(() => attempts.delete(message.attempt));
  } else {
    attempts.get(message.attempt)?.take(message);
  }
});
post({ type: 'ready' });
