import type { Site } from '../../src/domain/site.ts';
import { locator } from '../../src/intake/locate.ts';

/** A site that has nothing. */
export const emptySite: Site = { id: 'site', name: 'Site', areas: [], devices: [], doors: [], readers: [], cameras: [], panels: [], zones: [] };

/** Points in no area that no camera sees, each with its number. */
export const nowhere = locator(emptySite);
