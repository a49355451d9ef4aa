import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mailChannel } from '../../src/escalation/mail.ts';
import type { MailServer } from '../../src/escalation/mail.ts';
import { mailText } from '../../src/escalation/mail-text.ts';
import { opened } from '../../src/incidents/findings.ts';
import { lead } from '../incidents/lab.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import type { SmtpPeerOptions } from '../support/smtp-peer.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a password that nobody may read';
const incident = opened('2026-000001', lead(0), undefined, undefined);
const source = { site: { name: 'Lab campus', timeZone: 'Europe/Berlin' }, console: 'https://desk.example.org/', name: (id: string) => id };
const signal = () => new AbortController().signal;

describe('an e-mail about an incident', () => {
  it('says what, how urgent and why, where, when by the clock of the site, and where the console is', () => {
    const { subject, text } = mailText(incident, source);
    assert.equal(subject, `[Priority ${incident.priority}] ${incident.title} – Lab campus`);
    assert.match(text, new RegExp(`${incident.priority}: ${incident.priorityBecause[0]?.because ?? '-'}`));
    assert.match(text, new RegExp(`Where: ${incident.point}`));
    assert.match(text, /Happened: \d+ \w+ \d{4},? (at )?\d\d:\d\d:\d\d (CES?T|GMT\+[12])/);
    assert.match(text, /^https:\/\/desk\.example\.org\/\?incident=2026-000001$/m);
    assert.doesNotMatch(text, /[<>]/);
  });

  it('has no link where the site file does not say where the console is', () => {
    const { console: _none, ...without } = source;
    assert.doesNotMatch(mailText(incident, without).text, /http/);
  });
});

describe('sending an e-mail', () => {
  const open: SmtpPeer[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((peer) => peer.close()));
  });

  async function peerWith(options: SmtpPeerOptions = {}) {
    const peer = new SmtpPeer(options);
    open.push(peer);
    return { peer, port: await peer.listen() };
  }

  function channel(port: number, server: Partial<MailServer> = {}, picture?: Uint8Array) {
    const base = { host: '127.0.0.1', port, tls: 'none', from: 'sallyport@lab.test', password: () => Promise.resolve(PASSWORD) } as const;
    return mailChannel({
      ...source,
      server: { ...base, ...server },
      to: 'duty@lab.test',
      siteId: 'lab',
      picture: () => Promise.resolve(picture && { bytes: picture, path: '/picture.jpg' }),
    });
  }

  const message = (body: string) => ({ id: 'msg_1', incident: incident.id, body });

  async function failure(mail: ReturnType<typeof channel>): Promise<string> {
    const error = await mail.send(message(mail.compose(incident)), signal()).then(
      () => assert.fail('it was taken'),
      (reason: unknown) => reason as Error,
    );
    assert(!error.message.includes(PASSWORD));
    return error.message;
  }

  it('hands the server the text, the picture of the alarm and the identifier of the outbox', async () => {
    const { peer, port } = await peerWith();
    const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex');
    const mail = channel(port, {}, jpeg);
    await mail.send(message(mail.compose(incident)), signal());
    const [{ from, to, data } = assert.fail()] = peer.received;
    assert.deepEqual([from, to], ['sallyport@lab.test', ['duty@lab.test']]);
    assert.match(data, /^Message-ID: <msg_1@lab>\r$/m);
    assert.match(data, /^Content-Type: image\/jpeg; name=2026-000001.jpg\r$/m);
    assert(data.includes(jpeg.toString('base64')));
    assert.match(data, /^Nobody has acknowledged this incident\.\r$/m);
    assert.doesNotMatch(data, /text\/html/);
  });

  it('signs in with the password of the reference', async () => {
    const { peer, port } = await peerWith({ login: { user: 'gateway', password: PASSWORD } });
    const mail = channel(port, { user: 'gateway' });
    await mail.send(message(mail.compose(incident)), signal());
    assert.equal(peer.received.length, 1);
  });

  it('says in one line that the password is wrong, and not what it is even where the server repeats it', async () => {
    const { port } = await peerWith({ login: { user: 'gateway', password: 'another' } });
    assert.match(await failure(channel(port, { user: 'gateway' })), /^the mail server does not accept the user and password.*\(SMTP status 535\)$/);
  });

  it('says what a server does that refuses the recipient, hangs up, or is not there', async () => {
    const { peer, port } = await peerWith();
    peer.fault = 'refuse';
    assert.match(await failure(channel(port)), /refuses the sender or the recipient \(SMTP status 550\)/);
    peer.fault = 'drop';
    assert.match(await failure(channel(port)), /closed the connection|cannot be reached/);
    await peer.close();
    open.splice(0);
    assert.match(await failure(channel(port)), /cannot be reached/);
  });

  it('lets go of a server that never answers when somebody acknowledges', async () => {
    const { peer, port } = await peerWith();
    peer.fault = 'stall';
    const mail = channel(port);
    const acknowledged = new AbortController();
    const sent = mail.send(message(mail.compose(incident)), acknowledged.signal);
    await until('the connection', () => peer.connections === 1);
    acknowledged.abort();
    await assert.rejects(sent);
  });

  it('sends nothing to a server without STARTTLS where it is asked for', async () => {
    const { peer, port } = await peerWith({ login: { user: 'gateway', password: PASSWORD } });
    assert.match(await failure(channel(port, { tls: 'starttls', user: 'gateway' })), /offers no TLS/);
    assert(!peer.said.some((line) => line.startsWith('AUTH') || line.startsWith('MAIL')));
  });

  for (const tls of ['tls', 'starttls'] as const) {
    it(`encrypts (${tls}) to a server whose certificate the given authority signed, and to no other`, async function () {
      if (spawnSync('openssl', ['version']).status !== 0) this.skip();
      const certificate = selfSigned();
      const { peer, port } = await peerWith({ tls, certificate, login: { user: 'gateway', password: PASSWORD } });
      assert.match(await failure(channel(port, { tls, user: 'gateway' })), /certificate is not trusted/);
      assert(!peer.said.some((line) => line.startsWith('AUTH')));
      const mail = channel(port, { tls, user: 'gateway', ca: () => Promise.resolve(certificate.cert) });
      await mail.send(message(mail.compose(incident)), signal());
      assert.deepEqual(
        peer.received.map(({ encrypted }) => encrypted),
        [true],
      );
    });
  }
});

/** A key and a certificate for 127.0.0.1, made now: neither belongs into a repository. */
function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mail-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
