import type { SecretReference } from '../adapter/secret.ts';
import type { Clock } from '../domain/clock.ts';
import type { Contact, EscalationPolicy } from '../domain/escalation.ts';
import type { Channel, FindAlarmPicture } from '../escalation/channel.ts';
import { hookChannel } from '../escalation/hook.ts';
import { mailChannel } from '../escalation/mail.ts';
import type { MailServer } from '../escalation/mail.ts';

/** How a contact is reached: a web hook with the secret that signs, or an address of the mail server. */
export type ReachableContact = Contact & ({ readonly url: string; readonly secret: SecretReference } | { readonly email: string });

/** The site file's section, as it is once read. */
export interface EscalationSection extends Omit<EscalationPolicy, 'chain'> {
  readonly chain: readonly ReachableContact[];
  readonly mail?: Omit<MailServer, 'password' | 'ca'> & { readonly password?: SecretReference; readonly ca?: SecretReference };
  readonly console?: string;
}

export interface ChannelSources {
  readonly site: { readonly id: string; readonly name: string; readonly timeZone?: string };
  readonly clock: Clock;
  readonly name: (id: string) => string;
  readonly readSecret: (reference: SecretReference) => Promise<string>;
  readonly picture: FindAlarmPicture;
}

/** The way to each of the chain, by name. */
export function escalationChannels({ chain, mail, console }: EscalationSection, sources: ChannelSources): ReadonlyMap<string, Channel> {
  const { site, clock, name, readSecret, picture } = sources;
  const server = mail && mailServer(mail, readSecret);
  return new Map(
    chain.flatMap((contact): [string, Channel][] => {
      if ('url' in contact) {
        const { url, secret } = contact;
        const hook = { url, secret: () => readSecret(secret), siteId: site.id, clock, picture, ...(console !== undefined && { console }) };
        return [[contact.name, hookChannel(hook)]];
      }
      if (server === undefined) return [];
      const channel = mailChannel({ server, to: contact.email, site, siteId: site.id, name, picture, ...(console !== undefined && { console }) });
      return [[contact.name, channel]];
    }),
  );
}

function mailServer({ password, ca, ...rest }: NonNullable<EscalationSection['mail']>, readSecret: ChannelSources['readSecret']): MailServer {
  return {
    ...rest,
    password: () => (password === undefined ? Promise.resolve('') : readSecret(password)),
    ...(ca !== undefined && { ca: () => readSecret(ca) }),
  };
}
