import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readSecret } from './adapter/secret.ts';
import { siteFacts } from './correlation/site-facts.ts';
import { escalationChannels } from './desk/escalation-channels.ts';
import type { EscalationSection } from './desk/escalation-channels.ts';
import { Escalations } from './desk/escalations.ts';
import type { Clock } from './domain/clock.ts';
import type { Site } from './domain/site.ts';
import type { AlarmPicture } from './escalation/channel.ts';
import { evidencePicture } from './intake/evidence-picture.ts';
import type { Journal } from './intake/journal.ts';
import type { BookWriter } from './store/book-writer.ts';
import type { Outbox } from './store/outbox.ts';
import type { Snapshots } from './video/snapshots.ts';

export interface EscalationPathOptions {
  readonly section: EscalationSection;
  readonly site: Site;
  readonly siteFile: string;
  readonly book: BookWriter;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
}

/** The way of an incident that nobody acknowledges: outbox, web hook or e-mail, with the picture of the moment of the alarm. */
export function openEscalations({ section, site, siteFile, book, outbox, journal, snapshots, clock }: EscalationPathOptions): Escalations {
  const channels = escalationChannels(section, {
    site,
    clock,
    picture,
    name: siteFacts(site).name,
    readSecret: (reference) => readSecret(reference, (path) => resolve(dirname(siteFile), path)),
  });
  return new Escalations({ policy: section, channels, book, outbox, clock, random: Math.random });

  /** What came with the alarm, else what the first of its cameras showed. */
  async function picture(id: string): Promise<AlarmPicture | undefined> {
    const incident = book.incidents.get(id);
    const base = `/api/v1/incidents/${encodeURIComponent(id)}`;
    if (incident === undefined) return undefined;
    for (const piece of incident.evidence.filter(({ picture: brought }) => brought === true)) {
      const found = evidencePicture(journal, piece);
      if (found?.type === 'image/jpeg') return { bytes: found.bytes, path: `${base}/evidence/${encodeURIComponent(piece.event)}/picture` };
    }
    for (const camera of incident.cameras) {
      const path = await snapshots.path(id, camera);
      if (path !== undefined) return { bytes: await readFile(path), path: `${base}/snapshot/${encodeURIComponent(camera)}.jpg` };
    }
    return undefined;
  }
}
