import assert from 'node:assert/strict';
import fc from 'fast-check';
import { authorization, chooseChallenge } from '../../../adapters/onvif-camera/digest.ts';

// RFC 7616, 3.9.1, with the method that it uses.
const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
const challenge = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`;
const request = {
  method: 'GET',
  uri: '/dir/index.html',
  username: 'Mufasa',
  password: 'Circle of Life',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

describe('onvif-camera: HTTP Digest', () => {
  it('answers the examples of RFC 7616', () => {
    const answer = (algorithm: string) => authorization(chooseChallenge([challenge(algorithm)])!, request);
    assert.match(answer('MD5'), /response="8ca523f5e9506fed4657c9700eebdbec"/);
    assert.match(answer('SHA-256'), /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/);
    assert.match(answer('MD5'), new RegExp(`opaque="${opaque}"`));
  });

  it('prefers SHA-256 where both are offered, as two headers', () => {
    assert.equal(chooseChallenge([challenge('MD5'), challenge('SHA-256')])?.algorithm, 'SHA-256');
  });

  it('answers cameras that offer neither qop nor algorithm', () => {
    const chosen = chooseChallenge(['Digest realm="cam", nonce="abc"']);
    assert.ok(chosen !== undefined && chosen.algorithm === 'MD5' && chosen.qop === undefined);
    assert.ok(!authorization(chosen, request).includes('cnonce'));
  });

  it('does not answer Basic, unknown algorithms, or a challenge without a nonce', () => {
    assert.equal(
      chooseChallenge([
        'Basic realm="cam"',
        'Digest realm="cam", nonce="a", algorithm=MD4',
        'Digest realm="cam"',
        'Digest realm="cam", nonce="a", qop="auth-int"',
      ]),
      undefined,
    );
  });

  it('survives any header', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        chooseChallenge([`Digest ${text}`]);
      }),
    );
  });
});
