import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { freePorts } from '../../../test/support/free-ports.ts';
import type { LabFiles } from '../../../test/support/lab.ts';
import { tappedLab } from '../modbus-tap.ts';
import type { ModbusTap } from '../modbus-tap.ts';

/** Cameras of the site that are one and the same simulated camera: it takes their pictures at the same moment. */
const CAMERAS_PER_SIMULATOR = 5;
/** Enough for the main streams of them all. */
const MEMORY_MEGABYTES = 2048;

/** The simulated cameras take a picture at each multiple of this by the clock, the further ones each at a moment of its own. */
export const PICTURE_GRID_MS = 80;

/** A lab with so many more cameras, and a tap before the controller of the door. */
export async function labWithCameras(moreCameras: number): Promise<{ files: LabFiles; tap: ModbusTap }> {
  const boxes = Math.ceil(moreCameras / CAMERAS_PER_SIMULATOR);
  const ports = await freePorts(2 * boxes);
  const { files, tap } = await tappedLab((site) => {
    const lists = site as { devices: Record<string, unknown>[]; cameras: Record<string, unknown>[] };
    const pattern = lists.devices.find(({ id }) => id === 'dev-cam-server');
    if (pattern === undefined) throw new Error('the lab has changed');
    for (let box = 0; box < boxes; box += 1) lists.devices.push({ ...pattern, id: `box-${box}`, name: `Box ${box}`, port: ports[2 * box] });
    site['video'] = { memoryMegabytes: MEMORY_MEGABYTES };
    lists.cameras.unshift(
      ...Array.from({ length: moreCameras }, (_, n) => ({ id: `more-${n}`, name: `Camera ${n}`, device: `box-${n % boxes}`, covers: ['yard'] })),
    );
  });
  const simulators = parse(readFileSync(files.simulators, 'utf8')) as { simulators: Record<string, unknown>[] };
  const pattern = simulators.simulators.find(({ id }) => id === 'cam-server');
  for (let box = 0; box < boxes; box += 1)
    simulators.simulators.push({
      ...pattern,
      id: `box-${box}`,
      discovery: false,
      httpPort: ports[2 * box],
      rtspPort: ports[2 * box + 1],
      phaseMs: (box * PICTURE_GRID_MS) / boxes,
    });
  writeFileSync(files.simulators, stringify(simulators));
  return { files, tap };
}
