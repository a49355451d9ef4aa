import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { CameraFacet } from '../../src/adapter/contract.ts';
import { doorCommands } from '../../src/domain/door.ts';

/** What a good adapter does, in the order of the table. */
export const qualityItems = [
  { name: 'battery', meaning: 'passes the conformance battery' },
  { name: 'reconnects', meaning: 'comes back by itself after every loss of the link' },
  { name: 'states-read-again', meaning: 'reads every state on connecting, and reports it as a state that was read' },
  { name: 'acknowledges-after-journal', meaning: 'acknowledges nothing to the device before it is in the journal' },
  { name: 'clock-offset', meaning: "tells the difference between the device's clock and ours" },
  { name: 'overdue-restores', meaning: 'a state whose end is overdue becomes uncertain, not an endless alarm' },
  { name: 'bounded-input', meaning: 'no peer can make it keep more than a fixed amount' },
  { name: 'fuzzed', meaning: 'its decoder is tried with random and mutated bytes' },
  { name: 'interop-peer', meaning: 'it has met an independent implementation of its protocol in a test' },
  { name: 'diagnosis', meaning: 'what it does not understand is counted and kept, and errors say what to do' },
  { name: 'secrets-by-reference', meaning: 'no secret is in the site file, a log or an error' },
  { name: 'door-commands', meaning: 'doors can be locked and released' },
  { name: 'pictures', meaning: 'tells where the picture of a camera comes from' },
] as const;
export type Item = (typeof qualityItems)[number]['name'];

const reason = z.string().min(10).regex(/[^.]$/, 'without a full stop');
const state = z.union([z.literal('done'), z.strictObject({ exempt: reason })]);

/** What people can do to a camera, by the function of the contract that does it. */
const cameraCommands = ['snapshot', 'gotoPreset', 'move', 'home', 'setRelay'] as const satisfies readonly (keyof CameraFacet)[];
const commands = z.strictObject({
  door: z.array(z.enum(doorCommands)).default([]),
  camera: z.array(z.enum(cameraCommands)).default([]),
});

const schema = z.strictObject({
  ...(Object.fromEntries(qualityItems.map(({ name }) => [name, state])) as Record<Item, typeof state>),
  /** What it does to its points when it is told to. */
  commands: commands.prefault({}),
});

/** Each item of an adapter: done, or exempt because; and its commands. */
export type Quality = Readonly<z.infer<typeof schema>>;

/** An adapter's `quality.yaml`; undefined where it has none. @throws Error naming the file and what is wrong in it. */
export function readQuality(adapter: string): Quality | undefined {
  const file = join(import.meta.dirname, '..', '..', 'adapters', adapter, 'quality.yaml');
  if (!existsSync(file)) return undefined;
  const parsed = schema.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
