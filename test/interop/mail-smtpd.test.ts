import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mailChannel } from '../../src/escalation/mail.ts';
import { opened } from '../../src/incidents/findings.ts';
import { lead } from '../incidents/lab.ts';
import { Peer, works } from './peers/peer.ts';

const python = '/usr/bin/python3';

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly id: string;
  readonly text: string;
  readonly types: readonly string[];
  readonly pictures: readonly string[];
}

describe('e-mail through the mail server of Python’s standard library (skipped where Python has none)', () => {
  let peer: Peer | undefined;

  before(function () {
    if (!works(python, ['-W', 'ignore', '-c', 'import smtpd'])) this.skip();
    peer = new Peer(python, ['-W', 'ignore', join(import.meta.dirname, 'peers', 'smtp_stdlib.py')]);
  });
  after(() => peer?.stop());

  it('arrives whole: sender, recipient, subject with an umlaut, text, picture', async () => {
    assert(peer);
    const port = await peer.says('its port', (line) => (JSON.parse(line) as { port?: number }).port);
    const server = { host: '127.0.0.1', port, tls: 'none', from: 'sallyport@lab.test', password: () => Promise.resolve('') } as const;
    const jpeg = Buffer.from('ffd8ffe000104a46494600ffd9', 'hex');
    const site = { name: 'Prüfstand', timeZone: 'Europe/Berlin' };
    const picture = () => Promise.resolve({ bytes: jpeg, path: '/picture.jpg' });
    const mail = mailChannel({ server, to: 'duty@lab.test', site, siteId: 'lab', name: (id) => id, picture });
    const incident = opened('2026-000001', lead(0), undefined, undefined);
    await mail.send({ id: 'msg_1', incident: incident.id, body: mail.compose(incident) }, new AbortController().signal);
    const taken = await peer.says('the message', (line) => ('subject' in JSON.parse(line) ? (JSON.parse(line) as Taken) : undefined));
    assert.deepEqual([taken.from, taken.to, taken.id], ['sallyport@lab.test', ['duty@lab.test'], '<msg_1@lab>']);
    assert.equal(taken.subject, `[Priority ${incident.priority}] ${incident.title} – Prüfstand`);
    assert.match(taken.text, /^Nobody has acknowledged this incident\./);
    assert.deepEqual(taken.types, ['multipart/mixed', 'text/plain', 'image/jpeg']);
    assert.deepEqual(taken.pictures, [jpeg.toString('hex')]);
  });
});
