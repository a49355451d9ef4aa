import assert from 'node:assert/strict';
import type { RecordingFacet } from '../../../src/adapter/contract.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { Connected } from './connected.ts';

const wanted = { camera: 'cam-yard', name: 'Yard camera' };

describe('onvif-camera: recordings of a recorder', function () {
  this.timeout(60_000);
  let simulator: CameraSimulator;
  let gateway: Connected;

  const open = async (...sources: readonly string[]): Promise<RecordingFacet> => {
    const recordings = sources.map((source, index) => ({ token: `Rec_${index + 1}`, source, hours: 1 }));
    simulator = createCamera('nvr-1', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame', recordings });
    await simulator.start();
    gateway = new Connected([]);
    const { recordings: facet } = await gateway.open({ port: simulator.httpPort }, { timeoutMs: 5_000 });
    return facet ?? assert.fail('no recordings');
  };
  const addressOf = async (facet: RecordingFacet, names: object = {}) => {
    const found = await facet.find({ ...wanted, ...names }, Date.now() - 60_000, Date.now() - 50_000);
    return found.recorded ? new URL(found.address.uri).pathname : found.reason;
  };
  afterEach(async () => {
    await gateway.end();
    await simulator.stop();
  });

  it('finds the recording by its token, by its source, or by the name of the camera, page after page', async () => {
    const facet = await open('Lobby', 'Stairs', 'yard camera');
    assert.equal(await addressOf(facet), '/replay/Rec_3');
    assert.equal(await addressOf(facet, { source: 'Stairs' }), '/replay/Rec_2');
    assert.equal(await addressOf(facet, { recording: 'Rec_1' }), '/replay/Rec_1');
    await assert.rejects(addressOf(facet, { source: 'Roof' }), /there are Rec_1 \(Lobby\); Rec_2 \(Stairs\); Rec_3 \(yard camera\)/);
  });

  it('takes the only one there is, but does not guess among several', async () => {
    assert.equal(await addressOf(await open('Input 1')), '/replay/Rec_1');
    await gateway.end();
    await simulator.stop();
    await assert.rejects(addressOf(await open('Input 1', 'Input 2')), /no recording that is plainly of it: name one under "recorder"/);
  });

  it('says that nothing was recorded at that time', async () => {
    const facet = await open('Yard camera');
    const day = 24 * 3_600_000;
    assert.deepEqual(await facet.find(wanted, Date.now() - day, Date.now() - day + 10_000), {
      recorded: false,
      reason: 'its recording "Yard camera" begins after that time',
    });
  });

  it('serves no recordings where the device has none', async () => {
    await assert.rejects(open(), /no recordings/);
  });
});
