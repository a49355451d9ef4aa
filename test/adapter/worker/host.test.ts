import assert from 'node:assert/strict';
import { until } from '../../support/until.ts';
import { ThreadedDevice } from './bench.ts';

const LIMIT_MS = 45_000;

describe('what crosses between the gateway and an adapter in a thread', function () {
  this.timeout(2 * LIMIT_MS);
  let device: ThreadedDevice;
  const start = async (options: unknown, state: string) => {
    device = new ThreadedDevice('talking', options);
    device.supervisor.start();
    await until(state, () => device.supervisor.link.state === state, LIMIT_MS);
  };
  const password = { env: 'TALKING_PASSWORD' };
  afterEach(() => device.stop());

  it('reports, states, malformed frames and the link', async () => {
    process.env['SALLYPORT_TEST_WORD'] = 'a secret of another device';
    await start({ password, refuse: false }, 'online');
    delete process.env['SALLYPORT_TEST_WORD'];
    const { link, malformed } = device.supervisor;
    assert.equal('detail' in link && link.detail, 'Device, 0 points, environment hidden');
    assert.deepEqual([malformed.count, malformed.latest[0]?.frame, malformed.latest[0]?.reason], [1, '6364', 'too short']);
    await until('the state', () => device.reported.some(({ kind }) => kind === 'door.open'));
    assert.deepEqual(
      device.reported.find(({ kind }) => kind === 'door.open'),
      { kind: 'door.open', point: 'door-1', phase: 'raised', initial: true },
    );
  });

  it('door commands and their refusals, and where pictures are', async () => {
    await start({ password, refuse: false }, 'online');
    const connection = await until('the connection', () => device.supervisor.connection);
    await connection.doors?.command('door-1', 'unlock');
    await assert.rejects(async () => connection.doors?.command('door-1', 'lock'), { message: 'door-1 is blocked' });
    const stream = await connection.cameras?.stream('cam');
    assert.deepEqual(stream, { uri: 'rtsp://127.0.0.1/cam', username: 'u', password: 'open sesame' });
  });

  it('a configuration error as what it is, and no secret in log or reason', async () => {
    await start({ password, refuse: true }, 'failed');
    const { link } = device.supervisor;
    assert.equal('reason' in link && link.reason, '[secret] is wrong');
    await until('the log', () => device.logged.some((line) => line.includes('signing in with [secret]')));
    assert.doesNotMatch(device.logged.join(), /sesame/);
  });

  it('a report is fulfilled by the journal alone', async () => {
    device = new ThreadedDevice('counting');
    device.journalFails = true;
    device.supervisor.start();
    await until('the refusal to end the link', () => device.supervisor.link.state === 'offline', LIMIT_MS);
    const { link } = device.supervisor;
    assert.equal('reason' in link && link.reason, 'disk full');
  });
});
