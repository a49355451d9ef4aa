import type { DeviceSignal } from '../../../src/domain/event.ts';
import type { Site } from '../../../src/domain/site.ts';
import { AREAS } from './rules.ts';

const areaOf = (door: number) => `area-${door % AREAS}`;

/** A site of so many doors, each with a reader and a camera. */
export function siteOf(doors: number): Site {
  const each = <T>(make: (index: number) => T): T[] => Array.from({ length: doors }, (_, index) => make(index));
  return {
    id: 'bench',
    name: 'Bench',
    areas: Array.from({ length: AREAS }, (_, index) => ({ id: `area-${index}`, name: `Area ${index}` })),
    schedules: [
      { id: 'office-hours', name: 'Office hours', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '07:00', to: '19:00' }] },
      { id: 'night', name: 'Night', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'], from: '22:00', to: '05:00' }] },
    ],
    devices: [{ id: 'controller', name: 'Controller', adapter: 'bench', options: {} }],
    doors: each((index) => ({
      id: `door-${index}`,
      type: 'door',
      name: `Door ${index}`,
      area: areaOf(index),
      device: 'controller',
      heldAfterSeconds: 20,
      commands: [],
      at: {},
    })),
    readers: each((index) => ({
      id: `reader-${index}`,
      type: 'reader',
      name: `Reader ${index}`,
      door: `door-${index}`,
      device: 'controller',
      at: {},
    })),
    cameras: each((index) => ({
      id: `cam-${index}`,
      type: 'camera',
      name: `Camera ${index}`,
      area: areaOf(index),
      device: 'controller',
      covers: [`door-${index}`],
      at: {},
    })),
    panels: [],
    zones: [],
  };
}

/** What adapters tell of a person who comes in, in the words of the site file. */
export class Visits {
  readonly #doors;
  readonly #badges = Array.from({ length: 20_011 }, (_, index) => ({ credential: `badge-${index}` }));

  constructor({ doors, readers, cameras }: Site) {
    this.#doors = doors.map(({ id }, index) => ({ door: id, reader: readers[index]?.id ?? '', camera: cameras[index]?.id ?? '' }));
  }

  of(person: number, forced: boolean): readonly DeviceSignal[] {
    const at = this.#doors[person % this.#doors.length];
    const details = this.#badges[(person * 7919) % this.#badges.length];
    if (at === undefined || details === undefined) throw new Error(`no visit ${person}`);
    const { door, reader, camera } = at;
    return [
      { kind: 'access.granted', point: reader, phase: 'momentary', details },
      { kind: 'door.unlocked', point: door, phase: 'raised' },
      { kind: 'door.open', point: door, phase: 'raised' },
      forced ? { kind: 'door.forced', point: door, phase: 'raised' } : { kind: 'video.motion', point: camera, phase: 'raised' },
      { kind: 'door.open', point: door, phase: 'restored' },
      { kind: 'door.unlocked', point: door, phase: 'restored' },
    ];
  }
}
