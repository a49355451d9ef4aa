import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { HmacOptions } from './options.ts';

/** Why a request is not believed, or undefined. Never contains what the request gave. */
export type Refusal = string | undefined;

/** Checks the token before the body is read. */
export function tokenRefusal(headers: IncomingHttpHeaders, token: string): Refusal {
  const given = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (given === undefined) return 'the header Authorization: Bearer TOKEN is missing';
  return sameText(given, token) ? undefined : 'the token is wrong';
}

/** Checks the signature of a body. `nowMs` by our clock. */
export function signatureRefusal(headers: IncomingHttpHeaders, body: Buffer, options: HmacOptions, secret: string, nowMs: number): Refusal {
  return options.scheme === 'body' ? bodyRefusal(headers, body, options, secret, nowMs) : standardRefusal(headers, body, options, secret, nowMs);
}

function bodyRefusal(
  headers: IncomingHttpHeaders,
  body: Buffer,
  { header, timestampHeader, toleranceSeconds }: Extract<HmacOptions, { scheme: 'body' }>,
  secret: string,
  nowMs: number,
): Refusal {
  const given = one(headers, header);
  if (given === undefined) return `the header ${header} is missing`;
  let signed = body;
  if (timestampHeader !== undefined) {
    const sentAt = one(headers, timestampHeader);
    const late = timeRefusal(sentAt, timestampHeader, toleranceSeconds, nowMs);
    if (late !== undefined) return late;
    signed = Buffer.concat([Buffer.from(`${sentAt ?? ''}.`), body]);
  }
  return isSignature(given.replace(/^sha256=/i, ''), signed, Buffer.from(secret)) ? undefined : 'the signature is wrong';
}

/** Standard Webhooks: the identifier, the time and the body are signed, joined by dots; several signatures while keys are changed. */
function standardRefusal(headers: IncomingHttpHeaders, body: Buffer, { toleranceSeconds }: HmacOptions, secret: string, nowMs: number): Refusal {
  const [id, sentAt, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => one(headers, name));
  if (id === undefined || signatures === undefined) return 'the header webhook-id or webhook-signature is missing';
  const late = timeRefusal(sentAt, 'webhook-timestamp', toleranceSeconds, nowMs);
  if (late !== undefined) return late;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  const signed = Buffer.concat([Buffer.from(`${id}.${sentAt ?? ''}.`), body]);
  const given = signatures.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each.slice('v1,'.length)] : []));
  return given.some((each) => isSignature(each, signed, key)) ? undefined : 'the signature is wrong';
}

function timeRefusal(sentAt: string | undefined, header: string, toleranceSeconds: number, nowMs: number): Refusal {
  if (sentAt === undefined || !/^\d{1,12}$/.test(sentAt)) return `the header ${header} must give seconds since 1970`;
  const offSeconds = Math.abs(Number(sentAt) - nowMs / 1000);
  return offSeconds <= toleranceSeconds
    ? undefined
    : `the time in ${header} is off by ${Math.round(offSeconds)} s; at most ${toleranceSeconds} are allowed`;
}

function isSignature(given: string, signed: Buffer, key: Buffer): boolean {
  const expected = createHmac('sha256', key).update(signed).digest();
  const decoded = Buffer.from(given, /^[0-9a-f]{64}$/i.test(given) ? 'hex' : 'base64');
  return decoded.length === expected.length && timingSafeEqual(decoded, expected);
}

/** Compares digests, so that neither the time nor the length tells anything. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
