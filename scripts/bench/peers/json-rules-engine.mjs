// The forced-door logic in json-rules-engine: node json-rules-engine.mjs FOLDER. It keeps no state, so the last badge of each door is kept beside it.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { Engine } = createRequire(join(process.argv[2], 'package.json'))('json-rules-engine');
const EVENTS = 60_000;
const DOORS = 100;

const engine = new Engine([
  {
    conditions: {
      all: [
        { fact: 'kind', operator: 'equal', value: 'door.open' },
        { fact: 'sinceBadgeMs', operator: 'greaterThan', value: 10_000 },
      ],
    },
    event: { type: 'door-forced' },
  },
]);
const badges = new Map();
let forced = 0;
const began = process.cpuUsage();
for (let index = 0; index < EVENTS; index += 1) {
  const door = `door-${Math.floor(index / 2) % DOORS}`;
  const at = Math.floor(index / 2) * 600 + (index % 2);
  const kind = index % 2 === 0 ? 'access.granted' : 'door.open';
  if (kind === 'access.granted' && index % 2000 !== 0) badges.set(door, at);
  const { events } = await engine.run({ kind, sinceBadgeMs: at - (badges.get(door) ?? -Infinity) });
  forced += events.length;
}
const { user, system } = process.cpuUsage(began);
console.log(
  `${Math.round(EVENTS / ((user + system) / 1e6)).toLocaleString('en-US')} events/s of processor time, 1 rule, ${DOORS} doors (${forced} forced)`,
);
