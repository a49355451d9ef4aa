import assert from 'node:assert/strict';
import { serveCameras } from '../../../adapters/onvif-camera/cameras.ts';
import type { Profile } from '../../../adapters/onvif-camera/device.ts';
import type { AdapterHost } from '../../../src/adapter/contract.ts';

const profile = (token: string, pixels: number, source = 'source_1'): Profile => ({
  token,
  name: `${token} name`,
  source,
  sourceConfiguration: '',
  pixels,
});
const profiles = [
  profile('main', 1920 * 1080),
  profile('middle', 1280 * 720),
  profile('small', 704 * 576),
  profile('tiny', 160 * 120),
  profile('other', 640 * 360, 'source_2'),
];

function subOf(at: Record<string, string>, offered = profiles): string | undefined {
  const host = { points: [{ id: 'cam-1', type: 'camera', name: 'Camera', at }] } as unknown as AdapterHost;
  return serveCameras(host, offered, undefined)[0]?.sub?.token;
}

describe('sub-stream of an ONVIF camera', () => {
  it('is the profile of the same source that is nearest to what a small tile needs', () => {
    assert.equal(subOf({}), 'small');
    assert.equal(subOf({ profile: 'small' }), 'tiny');
  });

  it('is the one that the site names, and a mistake when there is none of that name', () => {
    assert.equal(subOf({ substream: 'middle name' }), 'middle');
    assert.throws(() => subOf({ substream: 'nothing' }), /no such profile/);
  });

  it('is none where nothing is smaller, or where the camera tells no sizes', () => {
    assert.equal(subOf({ profile: 'tiny' }), undefined);
    assert.equal(
      subOf({}, [
        { token: 'a', name: '', source: '', sourceConfiguration: '' },
        { token: 'b', name: '', source: '', sourceConfiguration: '' },
      ]),
      undefined,
    );
  });
});
