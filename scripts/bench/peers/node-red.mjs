// The forced-door logic as a Node-RED flow without its editor: node node-red.mjs FOLDER. Its nodes: a source, the logic, a counter.
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = process.argv[2];
const RED = createRequire(join(folder, 'package.json'))('node-red');
const EVENTS = 60_000;

const source = `
const [DOORS, EVENTS] = [100, ${EVENTS}];
for (let index = 0; index < EVENTS; index += 1) {
  const kind = index % 2 === 0 ? 'access.granted' : 'door.open';
  node.send({ payload: { kind, badge: index % 2000 !== 0, door: 'door-' + (Math.floor(index / 2) % DOORS), at: Math.floor(index / 2) * 600 + (index % 2) } });
}`;
const logic = `
const badges = context.get('badges') ?? new Map();
const { kind, door, at, badge } = msg.payload;
if (kind === 'access.granted' && badge) badges.set(door, at);
context.set('badges', badges);
msg.forced = kind === 'door.open' && at - (badges.get(door) ?? -Infinity) > 10000;
return msg;`;
const counter = `global.get('seen')(msg); return null;`;
const node = (id, func, wires) => ({
  id,
  type: 'function',
  z: 'flow',
  name: id,
  func,
  outputs: 1,
  initialize: '',
  finalize: '',
  libs: [],
  x: 0,
  y: 0,
  wires,
});
const flows = [
  { id: 'flow', type: 'tab', label: 'forced door' },
  { id: 'start', type: 'inject', z: 'flow', props: [], once: true, onceDelay: 1, repeat: '', crontab: '', x: 0, y: 0, wires: [['source']] },
  node('source', source, [['logic']]),
  node('logic', logic, [['counter']]),
  node('counter', counter, [[]]),
];

let count = 0;
let forced = 0;
let began;
const seen = (msg) => {
  began ??= process.cpuUsage();
  count += 1;
  if (msg.forced) forced += 1;
  if (count < EVENTS) return;
  const { user, system } = process.cpuUsage(began);
  process.stdout.write(
    `${Math.round(EVENTS / ((user + system) / 1e6)).toLocaleString('en-US')} events/s of processor time, 1 flow, 100 doors (${forced} forced)\n`,
    () => process.exit(0),
  );
};
// Its server does not listen here, so that nothing else would keep the process alive until the flow has started.
setInterval(() => undefined, 1000);
writeFileSync(join(folder, 'flows.json'), JSON.stringify(flows));
RED.init(http.createServer(), {
  userDir: folder,
  flowFile: 'flows.json',
  httpAdminRoot: false,
  httpNodeRoot: false,
  functionGlobalContext: { seen },
  logging: { console: { level: 'off', metrics: false, audit: false } },
  telemetry: { enabled: false },
});
await RED.start();
