import assert from 'node:assert/strict';
import { JournalledGateway } from '../../support/journalled-gateway.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { Connected, camera } from './connected.ts';
import { ScriptedCamera, notification } from './scripted-camera.ts';

const MINUTE_MS = 60_000;
const cellMotion = { topic: 'tns1:RuleEngine/CellMotionDetector/Motion', item: 'IsMotion' };

describe('onvif-camera: a state whose end the camera never says', () => {
  let device: ScriptedCamera;
  let clock: ManualClock;
  let journal: JournalledGateway;
  let gateway: Connected;

  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    device = new ScriptedCamera();
    await device.start();
    journal = new JournalledGateway(clock);
    await open();
  });
  afterEach(async () => {
    await lose();
    journal.close();
    await device.stop();
    assert.equal(clock.waiting, 0, 'timers left behind');
  });

  /** With patience: these tests move the clock while requests are under way. */
  const open = async () => {
    gateway = new Connected([camera], clock, journal);
    await gateway.open(device, { timeoutMs: MINUTE_MS });
  };
  const lose = async () => {
    const ending = gateway.end();
    await until('the end of the connection', async () => {
      clock.advance(1_000);
      return Promise.race([ending.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
    });
  };
  const phases = () => journal.phases('cam-1', 'video.motion');
  /** Until the condition holds. A pull that the moved clock ended is made again in the meantime. */
  const soon = (what: string, condition: () => boolean) =>
    until(what, () => {
      clock.advance(100);
      return condition();
    });
  /** Lets time pass. What is sent by the pull that this ends is not heard: until the next pull. */
  const later = async (ms: number) => {
    const pulls = device.count('PullMessages');
    clock.advance(ms);
    await soon('the next pull', () => device.count('PullMessages') > pulls);
  };
  /** Until what the camera tells is journalled. */
  const journals = (message: string, wanted: string) => {
    device.push(message);
    return soon(wanted, () => phases().at(-1) === wanted);
  };
  const uncertain = () => until('uncertainty', () => phases().at(-1) === 'uncertain');

  it('is uncertain, once, and over when the end comes after all', async () => {
    await journals(notification(true), 'raised');
    clock.advance(6 * MINUTE_MS);
    await uncertain();
    await journals(notification(false), 'restored');
    assert.deepEqual(phases(), ['raised', 'uncertain', 'restored']);
  });

  it('is uncertain although the next connection hears nothing of it', async () => {
    await journals(notification(true), 'raised');
    await lose();
    await open();
    clock.advance(5 * MINUTE_MS);
    await uncertain();
  });

  it('is uncertain although the gateway was restarted', async () => {
    await journals(notification(true), 'raised');
    await lose();
    journal.restart();
    await open();
    clock.advance(5 * MINUTE_MS);
    await uncertain();
  });

  it('stands on while another topic of the camera says the same', async () => {
    await journals(notification(true), 'raised');
    await later(4 * MINUTE_MS);
    const { unchanged } = journal.intake.counts;
    device.push(notification(true, cellMotion));
    await soon('that it goes on', () => journal.intake.counts.unchanged > unchanged);
    await later(4 * MINUTE_MS);
    assert.deepEqual(phases(), ['raised']);
    await journals(notification(false, cellMotion), 'restored');
    assert.deepEqual(phases(), ['raised', 'restored']);
  });

  it('is news when another topic says it after the first has stood too long', async () => {
    await journals(notification(true), 'raised');
    clock.advance(5 * MINUTE_MS);
    await uncertain();
    await journals(notification(true, cellMotion), 'raised');
    assert.deepEqual(phases(), ['raised', 'uncertain', 'raised']);
  });

  it('counts from when the camera told it on subscribing again', async () => {
    await journals(notification(true), 'raised');
    await lose();
    device.push(notification(true, { operation: 'Initialized' }));
    await open();
    clock.advance(4 * MINUTE_MS);
    assert.deepEqual(phases(), ['raised']);
    clock.advance(2 * MINUTE_MS);
    await uncertain();
  });
});
