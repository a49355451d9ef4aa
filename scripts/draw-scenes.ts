// Draws the pictures of the simulated cameras into the cache, so that tests which start a lab at the same time do not each draw them.

import { footageOf } from '../simulators/onvif-camera/picture/footage.ts';
import { sceneNames } from '../simulators/onvif-camera/picture/scenes.ts';

await Promise.all(sceneNames.map((scene) => footageOf(scene)));
