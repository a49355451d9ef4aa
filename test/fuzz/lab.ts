import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlApp } from '../../simulators/lab/control.ts';
import { simulator } from '../adapters/bacnet-door/rig.ts';
import { deliverByTcp } from './support/delivery.ts';
import { mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const stimuli = ['{"door": 1}', '{"door": 2, "credential": 7, "valid": false, "reason": "lockout"}', '{"door": "x"}'].map((body) =>
  Buffer.from(body),
);

/** Requests to start and stop what a simulated controller can do, most of them broken. */
async function fuzzControl(random: Random, count: number): Promise<void> {
  const controller = simulator();
  await controller.start();
  const things = [
    ...Object.keys(controller.stimuli).map((name) => `simulators/${controller.id}/stimuli/${name}`),
    ...Object.keys(controller.faults).map((name) => `simulators/${controller.id}/faults/${name}`),
  ];
  const server = createServer(controlApp(new Map([[controller.id, controller]]), [], new AbortController().signal));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const input = () => {
    const path = oneOf(random, [...things, ...things, 'pager', 'scenarios/forced-door', 'simulators']);
    const body = mutated(random, oneOf(random, stimuli));
    const head = `POST /${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const request = Buffer.concat([Buffer.from(head), body]);
    return random() < 0.6 ? request : mutated(random, request);
  };
  try {
    await deliverByTcp({ host: '127.0.0.1', port }, random, count, input, 'answer');
    const answer = await fetch(`http://127.0.0.1:${port}/simulators`);
    assert.equal(((await answer.json()) as { id: string }[])[0]?.id, controller.id);
  } finally {
    server.closeAllConnections();
    server.close();
    await controller.stop();
  }
}

export const targets: readonly Target[] = [{ name: 'simulators/lab: control', kind: 'socket', run: fuzzControl }];
