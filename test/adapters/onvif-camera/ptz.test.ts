import assert from 'node:assert/strict';
import type { CameraFacet } from '../../../src/adapter/contract.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { PtzUnit } from '../../../simulators/onvif-camera/soap/ptz-unit.ts';
import { until } from '../../support/until.ts';
import { Connected } from './connected.ts';

describe('onvif-camera: a camera that turns', function () {
  this.timeout(60_000);
  let simulator: CameraSimulator;
  let gateway: Connected;

  const open = async (presets: readonly string[]): Promise<CameraFacet> => {
    simulator = createCamera('cam-1', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame', presets });
    await simulator.start();
    gateway = new Connected();
    const { cameras } = await gateway.open({ port: simulator.httpPort }, { timeoutMs: 5_000 });
    return cameras ?? assert.fail('no pictures');
  };
  afterEach(async () => {
    await gateway.end();
    await simulator.stop();
  });

  it('turns until it is stopped, zooms, and goes home', async () => {
    const camera = await open(['Gate']);
    await camera.move?.('cam-1', { pan: 1, tilt: -1, zoom: 1 }, 60_000);
    await until('it has turned', () => simulator.position.pan > 0 && simulator.position.tilt < 0 && simulator.position.zoom > 0);
    assert.equal((await camera.ptzStatus?.('cam-1'))?.moving, true);
    await camera.stop?.('cam-1');
    const stopped = simulator.position;
    const { pan, tilt, zoom, moving } = (await camera.ptzStatus?.('cam-1')) ?? assert.fail('no status');
    assert.deepEqual([moving, pan, tilt, zoom], [false, stopped.pan, stopped.tilt, stopped.zoom]);
    await camera.home?.('cam-1');
    await until('it is home', () => simulator.position.pan === 0 && simulator.position.tilt === 0);
  });

  it('turns to a preset', async () => {
    const camera = await open(['Gate', 'Yard']);
    await camera.gotoPreset?.('cam-1', 'Yard');
    await until('it looks at the yard', () => simulator.position.pan === 0.2);
  });

  it('says so where the camera does not turn', async () => {
    const camera = await open([]);
    assert.deepEqual(await camera.presets?.('cam-1'), []);
    assert.equal(await camera.ptzStatus?.('cam-1'), undefined);
    for (const order of [camera.home?.('cam-1'), camera.move?.('cam-1', { pan: 1, tilt: 0, zoom: 0 }, 1000), camera.gotoPreset?.('cam-1', 'Gate')])
      await assert.rejects(order ?? Promise.resolve(), /the camera does not move: it offers no PTZ/);
  });
});

describe('the head of the simulated camera', () => {
  it('moves with time, stops by itself at the time-out and at its ends, one axis without the other', () => {
    let now = 0;
    const unit = new PtzUnit(() => now);
    unit.move({ pan: 1 }, 1000);
    now = 500;
    assert.deepEqual(unit.status(), { pan: 0.25, tilt: 0, zoom: 0, turning: true, zooming: false });
    unit.move({ zoom: 1 }, 10_000);
    now = 1000;
    unit.stop(true, false);
    now = 60_000;
    assert.deepEqual(unit.status(), { pan: 0.5, tilt: 0, zoom: 1, turning: false, zooming: false });
    unit.move({ pan: -1 }, 1000);
    now = 90_000;
    assert.deepEqual(unit.status(), { pan: 0, tilt: 0, zoom: 1, turning: false, zooming: false });
  });
});
