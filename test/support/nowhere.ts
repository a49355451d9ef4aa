import { locator } from '../../src/intake/locate.ts';

/** Points in no area that no camera sees, each with its number. */
export const nowhere = locator({
  id: 'nowhere',
  name: 'Nowhere',
  areas: [],
  devices: [],
  doors: [],
  readers: [],
  cameras: [],
  panels: [],
  zones: [],
});
