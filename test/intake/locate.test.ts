import assert from 'node:assert/strict';
import type { Camera, Site } from '../../src/domain/site.ts';
import { pointsOf } from '../../src/domain/site.ts';
import { locator } from '../../src/intake/locate.ts';

const camera = (id: string, area: string, covers: string[]): Camera => ({ id, type: 'camera', name: id, device: `dev-${id}`, area, covers, at: {} });

const site: Site = {
  id: 'site',
  name: 'Site',
  areas: [
    { id: 'campus', name: 'Campus' },
    { id: 'hall', name: 'Hall', within: 'campus' },
    { id: 'vault', name: 'Vault', within: 'campus' },
  ],
  devices: [
    { id: 'ctl', name: 'Controller', adapter: 'x', options: {} },
    { id: 'dev-cam-door', name: 'Camera', adapter: 'x', options: {} },
    { id: 'cooling', name: 'Cooling plant', adapter: 'x', area: 'vault', options: {} },
  ],
  doors: [
    { id: 'door', type: 'door', name: 'Door', device: 'ctl', area: 'hall', heldAfterSeconds: 30, commands: [], at: {} },
    { id: 'back-door', type: 'door', name: 'Back door', device: 'ctl', area: 'hall', heldAfterSeconds: 30, commands: [], at: {} },
  ],
  readers: [{ id: 'reader', type: 'reader', name: 'Reader', device: 'ctl', door: 'door', at: {} }],
  cameras: [camera('cam-hall', 'hall', ['hall']), camera('cam-door', 'hall', ['door']), camera('cam-vault', 'vault', [])],
  panels: [{ id: 'panel', type: 'panel', name: 'Panel', device: 'ctl', area: 'campus', at: {} }],
  zones: [
    { id: 'zone', type: 'zone', name: 'Zone', panel: 'panel', device: 'ctl', area: 'vault', at: {} },
    { id: 'zone-anywhere', type: 'zone', name: 'Zone', panel: 'panel', device: 'ctl', at: {} },
  ],
};

describe('locating a point', () => {
  const located = locator(site);
  const locate = (point: string) => located(point).place;

  it('gives a door its areas, innermost first, and the camera that covers it', () => {
    assert.deepEqual(locate('door'), { areas: ['hall', 'campus'], door: 'door', cameras: ['cam-door'] });
  });

  it('counts a reader for its door', () => {
    assert.deepEqual(locate('reader'), { areas: ['hall', 'campus'], door: 'door', cameras: ['cam-door'] });
  });

  it('falls back to the cameras that cover the area, then to those that stand in it', () => {
    assert.deepEqual(locate('back-door').cameras, ['cam-hall', 'cam-door']);
    assert.deepEqual(locate('zone').cameras, ['cam-vault']);
  });

  it('places a zone without an area where its panel is', () => {
    assert.deepEqual(locate('zone-anywhere').areas, ['campus']);
  });

  it('shows a camera its own picture', () => {
    assert.deepEqual(locate('cam-vault'), { areas: ['vault', 'campus'], cameras: ['cam-vault'] });
  });

  it('places a device where all that it serves is', () => {
    assert.deepEqual(locate('dev-cam-door'), { areas: ['hall', 'campus'], cameras: ['cam-door'] });
  });

  it('shows a device that stands in an area by the cameras there', () => {
    assert.deepEqual(locate('cooling'), { areas: ['vault', 'campus'], cameras: ['cam-vault'] });
  });

  it('knows nothing of an unknown point', () => {
    assert.deepEqual(locate('nowhere'), { areas: [], cameras: [] });
  });

  it('gives each point a number of its own, known or not, and always the same', () => {
    const points = [...site.areas, ...site.devices, ...pointsOf(site), { id: 'nowhere' }, { id: 'nowhere-else' }].map(({ id }) => id);
    const numbers = points.map((point) => located(point).pointNumber);
    assert.equal(new Set(numbers).size, points.length);
    assert.equal(Math.max(...numbers), points.length - 1);
    assert.deepEqual(
      points.map((point) => located(point).pointNumber),
      numbers,
    );
  });
});
