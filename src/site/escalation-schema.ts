import { z } from 'zod';
import { secret } from '../adapter/secret.ts';
import { duration } from '../correlation/duration.ts';
import type { EscalationSection, ReachableContact } from '../desk/escalation-channels.ts';
import { prioritySchema } from '../desk/schemas.ts';
import { tlsModes } from '../domain/escalation.ts';

const target = z
  .strictObject({
    priority: prioritySchema,
    acknowledgeWithin: duration('After this time without an acknowledgement the desk is reminded and the first of the chain is told.', '30s'),
    resolveWithin: duration('After this time from its opening an incident that is not resolved is noted in its log.', '15m').exactOptional(),
  })
  .transform(({ priority, acknowledgeWithin, resolveWithin }) => ({
    priority,
    acknowledgeWithinMs: acknowledgeWithin.ms,
    ...(resolveWithin && { resolveWithinMs: resolveWithin.ms }),
  }));

const contactFields = {
  name: z.string().trim().min(1).max(80).describe('Who is told; unique in the chain.'),
  wait: duration('How long to wait for an acknowledgement before the next in the chain is told.', '2m'),
};

const hooked = z.strictObject({
  ...contactFields,
  url: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => new URL(url).protocol === 'https:' || isLoopback(new URL(url).hostname),
      'write https: without encryption only a web hook on this machine (127.0.0.1) may be used',
    )
    .describe('Address of the web hook that tells this person (https, except on the same machine).'),
  secret: secret('Signs the messages (Standard Webhooks, HMAC-SHA256); `whsec_` and base64, or any text.'),
});

const address = (description: string, example: string) =>
  z
    .email('write an e-mail address such as "duty@example.org"')
    .describe(description)
    .meta({ examples: [example] });

const mailed = z.strictObject({
  ...contactFields,
  email: address('The e-mail address of this person; the server of `mail` takes the message.', 'duty@example.org'),
});

const contact = z.union([hooked, mailed]).transform(({ wait, ...rest }): ReachableContact => ({ ...rest, waitMs: wait.ms }));

const portOf = { tls: 465, starttls: 587, none: 25 } as const;

const mail = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .describe('Name or address of the mail server.')
      .meta({ examples: ['mail.example.org'] }),
    port: z.number().int().min(1).max(65_535).describe('465 with `tls`, 587 with `starttls`, 25 with `none` unless given.').exactOptional(),
    tls: z
      .enum(tlsModes)
      .default('starttls')
      .describe(
        '`tls` from the start, `starttls` (nothing is sent where the server offers none), or `none`, which only a server on this machine may use.',
      ),
    user: z.string().min(1).describe('Whom the server knows; without it nobody signs in.').exactOptional(),
    password: secret('The password of `user`.').exactOptional(),
    ca: secret('Certificate (PEM) of the authority that signed the server’s certificate, where the system does not know it.').exactOptional(),
    from: address('The sender.', 'sallyport@example.org'),
  })
  .superRefine(({ host, tls, user, password, ca }, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (tls === 'none' && !isLoopback(host))
      problem('tls', '`tls` or `starttls`: without encryption only a server on this machine (127.0.0.1) may be used');
    if (user !== undefined && password === undefined) problem('user', 'give its `password` as well, as { env: NAME } or { file: PATH }');
    if (tls === 'none' && ca !== undefined) problem('ca', 'a certificate needs `tls` or `starttls`');
    if (user === undefined && password !== undefined) problem('password', 'give the `user` to whom it belongs');
  })
  .transform(({ port, ...rest }) => ({ ...rest, port: port ?? portOf[rest.tls] }))
  .exactOptional()
  .describe('The mail server that sends e-mail to those of the chain that have an `email`.');

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const consoleAddress = z
  .url({ protocol: /^https?$/ })
  .refine((url) => {
    const { username, password, search, hash } = new URL(url);
    return username + password + search + hash === '';
  }, 'the address alone, without a user, a password or a query: everybody who is told reads it')
  .describe('Where those who are told reach the console: e-mails link to the incident there.')
  .meta({ examples: ['https://security.example.org/'] })
  .exactOptional();

export const escalationSchema = z
  .strictObject({
    targets: z
      .array(target)
      .min(1)
      .refine((all) => new Set(all.map(({ priority }) => priority)).size === all.length, 'give each priority one target')
      .describe('How soon somebody should act, by priority. A priority that is not named does not escalate.'),
    chain: z
      .array(contact)
      .default([])
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'give each contact a name of its own')
      .describe('The chain of command: who is told, in this order, until somebody acknowledges.'),
    mail,
    console: consoleAddress,
  })
  .superRefine(({ chain, mail: server }, context) => {
    chain.forEach((each, index) => {
      if ('email' in each && server === undefined)
        context.addIssue({ code: 'custom', path: ['chain', index, 'email'], message: 'say by `mail` beside `chain` which mail server takes it' });
    });
  })
  .transform((section) => section satisfies EscalationSection)
  .exactOptional()
  .describe('What happens when nobody acknowledges an incident in time.');
