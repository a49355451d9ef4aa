import { createHmac } from 'node:crypto';

/** The secret's bytes. Standard Webhooks writes them as base64 behind `whsec_`; anything else counts as it is written. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
}

/** The headers of Standard Webhooks for a message: HMAC-SHA256 over `id.timestamp.body`. `seconds`: when this attempt is made, since 1970. */
export function signedHeaders(id: string, seconds: number, body: string, secret: string): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'Webhook-Id': id, 'Webhook-Timestamp': String(seconds), 'Webhook-Signature': `v1,${signature}` };
}
