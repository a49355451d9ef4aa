import { createTransport } from 'nodemailer';
import type { TlsMode } from '../domain/escalation.ts';
import type { Channel, FindAlarmPicture } from './channel.ts';
import { ATTEMPT_MS } from './channel.ts';
import { mailText } from './mail-text.ts';
import type { MailText, MailTextSource } from './mail-text.ts';

/** The mail server that takes messages for others. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly from: string;
  /** Absent where the server asks for nobody. */
  readonly user?: string;
  readonly password: () => Promise<string>;
  /** The certificate of the authority that signed the server's, where the system does not know it. */
  readonly ca?: () => Promise<string>;
}

export interface MailOptions extends MailTextSource {
  readonly server: MailServer;
  readonly to: string;
  /** The domain of the Message-ID. */
  readonly siteId: string;
  readonly picture: FindAlarmPicture;
}

/** Tells by e-mail. The Message-ID is the outbox's, so that mailboxes that know it can drop what arrives twice. */
export function mailChannel({ server, to, siteId, picture, ...source }: MailOptions): Channel {
  return {
    compose: (incident) => JSON.stringify(mailText(incident, source)),
    async send({ id, body, incident }, signal) {
      const { subject, text } = JSON.parse(body) as MailText;
      const { host, port, tls, user, from } = server;
      const transport = createTransport({
        host,
        port,
        secure: tls === 'tls',
        requireTLS: tls === 'starttls',
        ignoreTLS: tls === 'none',
        ...(user !== undefined && { auth: { user, pass: await server.password() } }),
        ...(server.ca !== undefined && { tls: { ca: await server.ca() } }),
        connectionTimeout: ATTEMPT_MS,
        greetingTimeout: ATTEMPT_MS,
        socketTimeout: ATTEMPT_MS,
        socketCloseTimeout: 0,
        // What is sent is text and a picture that are in memory.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const jpeg = (await picture(incident))?.bytes;
      // A server that answers a letter at a time would never be silent for long.
      const deadline = AbortSignal.timeout(3 * ATTEMPT_MS);
      await transport
        .sendMail({
          from,
          to,
          subject,
          text,
          messageId: `<${id}@${siteId}>`,
          ...(jpeg !== undefined && { attachments: [{ filename: `${incident}.jpg`, contentType: 'image/jpeg', content: Buffer.from(jpeg) }] }),
          signal: AbortSignal.any([signal, deadline]),
        })
        .catch((cause: unknown) => {
          throw new Error(reasonOf(cause as SmtpError), { cause });
        });
    },
  };
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly responseCode?: number;
}

/** By the library's code. What the server said is left out: some servers repeat what they were sent. */
const reasons: Readonly<Record<string, string>> = {
  EAUTH: 'the mail server does not accept the user and password: check `user` and the secret of `password`',
  ENOAUTH: 'the mail server asks for a user and password: give `user` and `password`',
  EDNS: 'the mail server’s name is not known: check `host`',
  ECONNECTION: 'the mail server closed the connection',
  ESOCKET: 'the mail server cannot be reached: check `host`, `port` and `tls`',
  ETIMEDOUT: 'the mail server does not answer in time',
  EABORT: 'the mail server does not answer in time',
  ETLS: 'the mail server offers no TLS that can be used: check `tls` and its certificate',
  EENVELOPE: 'the mail server refuses the sender or the recipient',
  EMESSAGE: 'the mail server refuses the message',
  EPROTOCOL: 'what answers there is no mail server: check `host`, `port` and `tls`',
};

function reasonOf({ code = '', originalCode = '', responseCode }: SmtpError): string {
  const certificate = /CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/.test(originalCode) ? 'the mail server’s certificate is not trusted' : undefined;
  const reason = certificate ?? reasons[code] ?? 'the mail server took no message';
  return responseCode === undefined ? reason : `${reason} (SMTP status ${responseCode})`;
}
