import assert from 'node:assert/strict';
import fc from 'fast-check';
import { authorization, parseChallenges, strongest } from '../../../src/video/rtsp/auth.ts';

const request = (method: string, uri: string, cnonce = '') => ({ method, uri, cnonce, count: 1 });

function answer(header: string, credentials: { username: string; password: string }, signed: ReturnType<typeof request>): string {
  return authorization(strongest(parseChallenges([header]))!, credentials, signed);
}

const response = (header: string) => /response="([0-9a-f]+)"/.exec(header)?.[1];

describe('RTSP authentication', () => {
  const rfc7616 =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const mufasa = { username: 'Mufasa', password: 'Circle of Life' };
  const get = request('GET', '/dir/index.html', 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ');

  it('agrees with the examples of RFC 7616, 3.9.1', () => {
    assert.equal(response(answer(`Digest ${rfc7616}, algorithm=MD5`, mufasa, get)), '8ca523f5e9506fed4657c9700eebdbec');
    assert.equal(
      response(answer(`Digest ${rfc7616}, algorithm=SHA-256`, mufasa, get)),
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('agrees with the example of RFC 2617, 3.5, where no algorithm is named', () => {
    const header =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const made = answer(header, { username: 'Mufasa', password: 'Circle Of Life' }, request('GET', '/dir/index.html', '0a4f113b'));
    assert.equal(response(made), '6629fae49393a05397450978507c4ef1');
    assert.match(made, /opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, nc=00000001, cnonce="0a4f113b"$/);
    assert.doesNotMatch(made, /algorithm/);
  });

  it('leaves qop, nc and cnonce out where the camera offers no qop (RFC 2069)', () => {
    const header = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const made = answer(header, { username: 'Mufasa', password: 'CircleOfLife' }, request('GET', '/dir/index.html', 'unused'));
    // The example of RFC 2069, 2.4, with its erratum 749.
    assert.equal(response(made), '1949323746fe6a43ef61f9606e7febea');
    assert.doesNotMatch(made, /qop|nc=|cnonce/);
  });

  it('answers Basic where nothing else is offered (RFC 7617, 2)', () => {
    assert.equal(answer('Basic realm="WallyWorld"', { username: 'Aladdin', password: 'open sesame' }, get), 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  });

  it('chooses the strongest challenge, in one header or in several', () => {
    const offered = [
      'Basic realm="a"',
      'Digest realm="a", nonce="1"',
      'Digest realm="a", nonce="2", algorithm=SHA-256',
      'Digest realm="a", nonce="3", algorithm=SHA-512-256',
    ];
    for (const headers of [offered, [...offered].reverse(), [offered.join(', ')]]) {
      assert.equal(strongest(parseChallenges(headers))?.params['nonce'], '2');
    }
    assert.equal(strongest(parseChallenges(['Bearer realm="a"', 'Digest realm="without nonce"'])), undefined);
  });

  it('keeps quotes in names apart from quotes around them', () => {
    const made = answer('Digest realm="a \\"b\\", c", nonce="n"', { username: 'x"y\\', password: '' }, get);
    assert.match(made, /username="x\\"y\\\\", realm="a \\"b\\", c"/);
  });

  it('survives any header', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('Digest ', 'Basic ', 'realm="', '"', ',', 'nonce=', '\\', 'algorithm=MD5-sess'));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const challenge = strongest(parseChallenges([parts.join('')]));
        if (challenge !== undefined) authorization(challenge, mufasa, get);
      }),
      { numRuns: 20_000 },
    );
  });
});
