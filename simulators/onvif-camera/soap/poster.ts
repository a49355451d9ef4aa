import { request } from 'node:http';
import { envelope } from './envelope.ts';
import type { Subscription } from './subscriptions.ts';
import { notification } from './topics.ts';

const postWithinMs = 5_000;
const againMs = 500;
const attempts = 5;
const action = 'http://docs.oasis-open.org/wsn/bw-2/NotificationConsumer/Notify';

/**
 * Posts what a subscription has to its consumer, one post at a time and in order (WS-BaseNotification 1.3, 3.2), for as long as `lives` says so.
 * A post that is not taken is tried a few times and then given up, as cameras do.
 */
export function postTo(consumer: string, subscription: Subscription, dress: (text: string) => string, lives: () => boolean): void {
  let busy = false;
  const pump = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (lives() && subscription.queue.length > 0) {
      const messages = subscription.queue.splice(0, 10);
      const body = `<wsnt:Notify>${messages.map(notification).join('')}</wsnt:Notify>`;
      for (let attempt = 1; attempt <= attempts && lives(); attempt += 1) {
        if (await post(consumer, dress(envelope(body, action)))) break;
        await new Promise((resolve) => setTimeout(resolve, againMs).unref());
      }
    }
    busy = false;
  };
  subscription.wake = () => void pump();
  subscription.wake();
}

/** Whether the consumer took it. */
async function post(consumer: string, text: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const headers = { 'Content-Type': `application/soap+xml; charset=utf-8; action="${action}"`, 'Content-Length': Buffer.byteLength(text) };
    const outgoing = request(consumer, { method: 'POST', headers, agent: false, timeout: postWithinMs }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode < 300);
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(false));
    outgoing.end(text);
  });
}
