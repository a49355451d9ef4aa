import { makeFootage } from '../bench/video/footage.ts';
import { Farm } from '../bench/video/farm.ts';

// The simulated cameras of the soak, in a process of their own: `cameras.ts COUNT`. Now and then one of them goes wrong.

const FAULT_EVERY_MS = 700;
/** A switch starts again, or the machine has no time: nothing comes from anywhere for longer than the gateway waits. */
const OUTAGE_EVERY_MS = 45_000;
const OUTAGE_MS = 5_000;
const faults = {
  drop: (farm: Farm, camera: number) => farm.hangUp(camera, 'close'),
  reset: (farm: Farm, camera: number) => farm.hangUp(camera, 'reset'),
  stall: (farm: Farm, camera: number) => change(farm, camera, { stalledUntilMs: performance.now() + 1000 + Math.random() * 6000 }),
  loss: (farm: Farm, camera: number) => {
    change(farm, camera, { loss: 0.01 });
    setTimeout(() => change(farm, camera, { loss: 0 }), 5000);
  },
  'parameter sets': (farm: Farm, camera: number) => change(farm, camera, { film: 1 - (farm.faults[camera]?.film ?? 0) }),
  reboot: (farm: Farm, camera: number) => {
    change(farm, camera, { refusesUntilMs: performance.now() + 3000 + Math.random() * 10_000 });
    farm.hangUp(camera, 'close');
  },
} as const;

function change(farm: Farm, camera: number, to: Partial<Farm['faults'][number]>): void {
  const fault = farm.faults[camera];
  if (fault !== undefined) Object.assign(fault, to);
}

const count = Number(process.argv[2]);
const films = await Promise.all([
  makeFootage({ width: 640, height: 360, kbps: 500, groupSeconds: 1 }),
  makeFootage({ width: 480, height: 270, kbps: 400, groupSeconds: 2 }),
]);
const farm = new Farm(count, films);
process.send?.({ port: await farm.start() });
const happened: Record<string, number> = {};
const names = Object.keys(faults) as (keyof typeof faults)[];
setInterval(() => {
  const name = names[Math.floor(Math.random() * names.length)] ?? 'drop';
  faults[name](farm, Math.floor(Math.random() * count));
  happened[name] = (happened[name] ?? 0) + 1;
}, FAULT_EVERY_MS);
setInterval(() => {
  const stalledUntilMs = performance.now() + OUTAGE_MS;
  for (let camera = 0; camera < count; camera += 1) change(farm, camera, { stalledUntilMs });
  happened['outage of all'] = (happened['outage of all'] ?? 0) + 1;
}, OUTAGE_EVERY_MS);
setInterval(() => process.send?.({ sent: farm.picturesSent, happened }), 1000);
process.once('disconnect', () => process.exit(0));
