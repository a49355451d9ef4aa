import { z } from 'zod';
import type { Desk } from '../../desk/desk.ts';
import { Refusal } from '../../desk/operations.ts';
import type { Operations } from '../../desk/operations.ts';
import { journalEventSchema } from '../../desk/integrator-schemas.ts';
import { deviceStateSchema, doorStateSchema, panelStateSchema, siteViewSchema } from '../../desk/schemas.ts';
import type { SiteView } from '../../desk/schemas.ts';
import { doorCommands } from '../../domain/door.ts';
import { eventKinds } from '../../domain/kinds.ts';
import type { Journal } from '../../intake/journal.ts';
import type { CameraStatus } from '../../video/index.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const cameraStatusSchema = z.object({
  camera: z.string(),
  name: z.string(),
  state: z.enum(['connecting', 'live', 'lost']),
  since: z.number(),
  detail: z.string(),
  codec: z.string().exactOptional(),
  width: z.number().exactOptional(),
  height: z.number().exactOptional(),
  fps: z.number().exactOptional(),
  bitrateKbps: z.number().exactOptional(),
  groupSeconds: z.number().exactOptional().describe('from one key frame to the next'),
  stream: z.enum(['main', 'sub']).exactOptional().describe('which of its streams is always taken in'),
  tampered: z.boolean().exactOptional().describe('whether it told that somebody tampers with it'),
  transport: z.enum(['tcp', 'udp']).exactOptional().describe('how the camera sends its packets'),
  clockOffsetMs: z.number().exactOptional().describe('the camera’s clock minus ours, where it tells it by RTCP'),
  ringSeconds: z.number().describe('how much of the past is at hand'),
  ringBytes: z.number(),
  viewers: z.number(),
  picturesDropped: z
    .number()
    .describe(
      'lost or not whole, and those that cannot be decoded without them or without a key frame from before the connection, since the gateway started',
    ),
  packetsLost: z.number().describe('RTP packets that never came, since the gateway started'),
});

export interface SiteSources {
  readonly site: () => SiteView;
  readonly desk: Desk;
  readonly journal: Journal;
  readonly operations: Operations;
  readonly cameras: () => readonly (CameraStatus & { readonly tampered?: boolean })[];
}

/** The site: its points, doors, devices and cameras, and the events that came from them. */
export function siteEndpoints({ site, desk, journal, operations, cameras }: SiteSources): Endpoint[] {
  const doorParams = z.object({ id: z.string().describe('the door’s identifier in the site file') });
  const doorState = (id: string) => {
    const state = desk.state().doors.find(({ door }) => door === id);
    if (state === undefined) throw new Refusal('unknown', `there is no door ${id}`);
    return state;
  };
  return [
    endpoint({
      method: 'get',
      path: '/points',
      tag: 'site',
      summary: 'Areas, doors, cameras and every other point of the site, by name',
      answer: siteViewSchema,
      handle: () => site(),
    }),
    endpoint({
      method: 'get',
      path: '/events',
      tag: 'events',
      summary: 'The journal: every accepted event, in the order of acceptance',
      query: z.object({
        after: z.coerce
          .number()
          .int()
          .nonnegative()
          .default(0)
          .describe('only events behind this position: pass the last one’s seq for the next page'),
        before: z.coerce.number().int().positive().exactOptional().describe('only events in front of this position: the next page when newest first'),
        kind: z.enum(eventKinds).exactOptional(),
        point: z.string().exactOptional(),
        device: z.string().exactOptional().describe('only what this device reported'),
        newestFirst: z.stringbool().default(false),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      answer: z.object({ events: z.array(journalEventSchema) }),
      handle: ({ query }) => ({ events: journal.read(query) }),
    }),
    endpoint({
      method: 'get',
      path: '/doors',
      tag: 'doors',
      summary: 'The state of every door, in ONVIF Door Control words',
      answer: z.object({ doors: z.array(doorStateSchema) }),
      handle: () => ({ doors: desk.state().doors }),
    }),
    endpoint({
      method: 'get',
      path: '/doors/{id}',
      tag: 'doors',
      summary: 'The state of one door',
      params: doorParams,
      answer: doorStateSchema,
      handle: ({ params }) => doorState(params.id),
    }),
    endpoint({
      method: 'post',
      path: '/doors/{id}/commands',
      tag: 'doors',
      summary: 'Lock, unlock, or let one person through; answers when the door’s controller has confirmed',
      params: doorParams,
      body: z.strictObject({
        command: z.enum(doorCommands),
        incident: z.string().exactOptional().describe('the step goes into this incident’s log'),
      }),
      answer: doorStateSchema,
      async handle({ params, body, principal }) {
        await operations.commandDoor(params.id, body.command, principal, body.incident);
        return doorState(params.id);
      },
    }),
    endpoint({
      method: 'get',
      path: '/panels',
      tag: 'site',
      summary: 'Every alarm panel: its partitions (armed or not, by whom, since when) and its zones (alarm, trouble, bypassed, open, normal)',
      answer: z.object({ panels: z.array(panelStateSchema) }),
      handle: () => ({ panels: desk.state().panels ?? [] }),
    }),
    endpoint({
      method: 'get',
      path: '/devices',
      tag: 'site',
      summary: 'The link to every device: online, or why not',
      answer: z.object({ devices: z.array(deviceStateSchema) }),
      handle: () => ({ devices: desk.state().devices }),
    }),
    endpoint({
      method: 'get',
      path: '/cameras',
      tag: 'site',
      summary: 'What comes from every camera: codec, rate, and how much of the past is at hand',
      answer: z.object({ cameras: z.array(cameraStatusSchema) }),
      handle: () => ({ cameras: cameras().map((status) => ({ ...status })) }),
    }),
  ];
}
