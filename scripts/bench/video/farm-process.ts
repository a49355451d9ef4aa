import { Farm } from './farm.ts';
import { makeFootage } from './footage.ts';

// Simulated cameras in a process of their own: `farm-process.ts COUNT WIDTH HEIGHT KBPS GROUP_SECONDS`. Says its port, and twice a second when each
// picture of camera 0 was sent last.

const [count = 1, width = 1280, height = 720, kbps = 2000, groupSeconds = 2] = process.argv.slice(2).map(Number);
const farm = new Farm(count, [await makeFootage({ width, height, kbps, groupSeconds })]);
process.send?.({ port: await farm.start() });
setInterval(() => process.send?.({ sent: farm.picturesSent, sentAt: [...(farm.sentAt[0] ?? [])] }), 500);
process.once('disconnect', () => process.exit(0));
