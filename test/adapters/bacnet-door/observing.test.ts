import assert from 'node:assert/strict';
import { ApplicationTag, PropertyIdentifier as Property } from '@bacnet-js/client';
import { DoorWatch } from '../../../adapters/bacnet-door/door-watch.ts';
import { readerWatch } from '../../../adapters/bacnet-door/reader-watch.ts';
import type { AppData, Reading } from '../../../adapters/bacnet-door/reading.ts';
import { doorAt, options } from '../../../adapters/bacnet-door/options.ts';
import type { DeviceSignal } from '../../../src/domain/event.ts';
import { doorPoint, readerPoint } from './rig.ts';

const number = (value: number): readonly AppData[] => [{ type: ApplicationTag.ENUMERATED, value }];
const accessEvent = (event: number, tag: number): Reading =>
  new Map([
    [Property.ACCESS_EVENT, number(event)],
    [Property.ACCESS_EVENT_TAG, number(tag)],
  ]);

describe('what a reader shows', () => {
  function reader() {
    const put: DeviceSignal[] = [];
    const watch = readerWatch(readerPoint(1), { accessPoint: 1 }, { stamp: () => ({}) }, (signal) => put.push(signal));
    return { put, see: (event: number, tag: number) => watch.absorb({ reading: accessEvent(event, tag), raw: '' }), watch };
  }

  it('is reported once per tag, however often it is seen', () => {
    const { put, see } = reader();
    for (const [event, tag] of [
      [0, 0],
      [1, 1],
      [1, 1],
      [135, 2],
      [1, 1],
      [1, 3],
    ] as const)
      see(event, tag);
    assert.deepEqual(
      put.map(({ kind }) => kind),
      ['access.granted', 'access.denied', 'access.granted'],
    );
  });

  it('says how many events polling has missed', () => {
    const { put, see } = reader();
    see(0, 0);
    see(1, 4);
    assert.equal(put[0]?.details?.['missedBefore'], 3);
  });

  it('does not take a device that counts anew for a gap', () => {
    const { put, see, watch } = reader();
    see(0, 40);
    watch.restarted?.();
    see(1, 1);
    see(1, 2);
    assert.deepEqual(
      put.map(({ details }) => details?.['missedBefore']),
      [undefined, undefined],
    );
  });

  it('raises duress, and ignores what decides nothing', () => {
    const { put, see } = reader();
    see(0, 0);
    see(13, 1);
    see(4, 2);
    see(600, 3);
    assert.deepEqual(
      put.map(({ kind, phase }) => `${kind} ${phase}`),
      ['duress.alarm momentary'],
    );
  });
});

describe('what a door shows', () => {
  it('is reported when every object of it has been read, and then only where it changes', () => {
    const put: DeviceSignal[] = [];
    const door = new DoorWatch(doorPoint(1), doorAt.parse({ accessDoor: 1, contact: { binaryInput: 7 } }), (signal) => put.push(signal));
    const [accessDoor, contact] = door.watches;
    accessDoor?.absorb({ reading: new Map([[Property.LOCK_STATUS, number(0)]]), raw: 'aa' });
    assert.deepEqual(put, []);
    contact?.absorb({ reading: new Map([[Property.PRESENT_VALUE, number(0)]]), raw: 'bb' });
    assert.deepEqual(
      put.map(({ kind, phase, initial }) => [kind, phase, initial]),
      [
        ['door.open', 'restored', true],
        ['door.unlocked', 'restored', true],
        ['door.fault', 'restored', true],
      ],
    );
    contact?.absorb({ reading: new Map([[Property.PRESENT_VALUE, number(1)]]), raw: 'cc' });
    contact?.absorb({ reading: new Map([[Property.PRESENT_VALUE, number(1)]]), raw: 'dd' });
    assert.deepEqual(put.slice(3), [{ kind: 'door.open', point: 'door-1', phase: 'raised', raw: 'cc' }]);
  });
});

describe('the options of a BACnet device', () => {
  it('have defaults for all but host and instance', () => {
    assert.deepEqual(options.parse({ host: '192.0.2.30', deviceInstance: 3001 }), {
      host: '192.0.2.30',
      port: 47808,
      deviceInstance: 3001,
      bindAddress: '127.0.0.1',
      localPort: 0,
      writePriority: 8,
      covLifetimeSeconds: 300,
      pollMs: 1000,
      ttlSeconds: 300,
      acknowledgeAlarms: false,
    });
  });

  it('refuse priority 6, a subscription for ever, and the wildcard instance', () => {
    for (const wrong of [{ writePriority: 6 }, { covLifetimeSeconds: 0 }, { deviceInstance: 4_194_303 }]) {
      assert.ok(!options.safeParse({ host: 'h', deviceInstance: 1, ...wrong }).success, JSON.stringify(wrong));
    }
  });
});
