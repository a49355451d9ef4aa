import assert from 'node:assert/strict';
import { followRedirect, parseAddress, resolveBase } from '../../../src/video/rtsp/address.ts';
import { VideoError } from '../../../src/video/video-error.ts';

describe('stream address', () => {
  it('gives server, port and credentials, and an address without them', () => {
    assert.deepEqual(parseAddress({ uri: 'rtsp://admin:p%40ss@10.0.0.9/Streaming/Channels/101?a=1' }), {
      server: { host: '10.0.0.9', port: 554, credentials: { username: 'admin', password: 'p@ss' } },
      uri: 'rtsp://10.0.0.9/Streaming/Channels/101?a=1',
    });
    assert.equal(parseAddress({ uri: 'rtsp://[fe80::1]:8554/x' }).server.host, 'fe80::1');
  });

  it('of another kind is refused, without being named', () => {
    for (const uri of ['http://10.0.0.9/', 'rtsps://10.0.0.9/', 'nothing', 'rtsp://']) {
      assert.throws(
        () => parseAddress({ uri }),
        (error: unknown) => error instanceof VideoError && !error.message.includes('10.0'),
      );
    }
  });

  it('is followed to where it redirects; the password goes to the same host only', () => {
    const from = parseAddress({ uri: 'rtsp://10.0.0.9/a', username: 'admin', password: 'secret' });
    assert.deepEqual(followRedirect(from, 'rtsp://10.0.0.9:8554/b'), {
      server: { host: '10.0.0.9', port: 8554, credentials: { username: 'admin', password: 'secret' } },
      uri: 'rtsp://10.0.0.9:8554/b',
    });
    assert.equal(followRedirect(from, '/b').uri, 'rtsp://10.0.0.9/b');
    assert.equal(followRedirect(from, 'rtsp://10.0.0.10/b').server.credentials, undefined);
    assert.throws(() => followRedirect(from, undefined), VideoError);
  });

  it('has bases of every form', () => {
    const cases = [
      ['rtsp://h:8554/live/1', 'rtsp://10.1.1.1/live/1/', 'rtsp://10.1.1.1/live/1/'],
      ['rtsp://h:8554/live/1', '/live/1/', 'rtsp://h:8554/live/1/'],
      ['rtsp://h:8554/live/1', '2/', 'rtsp://h:8554/live/2/'],
      ['rtsp://h:8554/live/1', '//other/x', 'rtsp://other/x'],
      ['rtsp://h:8554/live/1', 'http://', 'rtsp://h:8554/live/1'],
    ] as const;
    for (const [uri, base, resolved] of cases) assert.equal(resolveBase(uri, base), resolved);
  });
});
