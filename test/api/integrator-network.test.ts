import assert from 'node:assert/strict';
import fc from 'fast-check';
import { adviceFor } from '../../src/integrator/advice.ts';
import { isInNetwork } from '../../src/adapter/network.ts';

describe('the network of an interface', () => {
  const office = { address: '192.0.2.70', netmask: '255.255.255.192' };

  it('ends where the netmask says', () => {
    assert.equal(isInNetwork('192.0.2.65', office), true);
    assert.equal(isInNetwork('192.0.2.127', office), true);
    assert.equal(isInNetwork('192.0.2.63', office), false);
    assert.equal(isInNetwork('192.0.2.128', office), false);
  });

  it('takes no names, no IPv6 and nothing else that is no IPv4 address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.ipV6(), fc.string()), (host) => {
        fc.pre(!/^\d+\.\d+\.\d+\.\d+$/.test(host));
        assert.equal(isInNetwork(host, office), false);
      }),
    );
  });

  it('agrees with the arithmetic of addresses', () => {
    const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 1, max: 32 }), (host, address, bits) => {
        const size = 2 ** (32 - bits);
        const mask = 2 ** 32 - size;
        const netmask = [24, 16, 8, 0].map((shift) => Math.floor(mask / 2 ** shift) % 256).join('.');
        assert.equal(isInNetwork(host, { address, netmask }), Math.floor(number(host) / size) === Math.floor(number(address) / size));
      }),
    );
  });
});

describe('the advice of a device test', () => {
  it('tells apart what an integrator does about it', () => {
    const cases = [
      ['connect ECONNREFUSED 127.0.0.1:502', /Check the port/],
      ['environment variable CAMERA_PASSWORD is not set', /secret/],
      ['the camera refused the password', /user and password/],
      ['no connection within 60 s', /power and cable/],
      ['getaddrinfo ENOTFOUND kamera', /spelling/],
      ['something else', /Compare the device’s options/],
    ] as const;
    for (const [reason, advice] of cases) assert.match(adviceFor(reason), advice, reason);
  });
});
