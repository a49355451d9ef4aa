import { z } from 'zod';
import { doorCommands } from '../domain/door.ts';
import { dispositions } from '../domain/incident.ts';
import { measureTypes } from '../domain/measure.ts';
import { roles } from '../domain/roles.ts';
import { ptzStateSchema } from './ptz-schemas.ts';
import {
  alarmStateSchema,
  avsLevelSchema,
  measureTargetSchema,
  deviceStateSchema,
  doorStateSchema,
  healthSchema,
  incidentSchema,
  logLineSchema,
  panelStateSchema,
  siteViewSchema,
  threatStateSchema,
} from './schemas.ts';

// What a console and the gateway say to each other on the WebSocket /desk, one JSON object a message.
//
//   console                         gateway
//      |------- WebSocket, session cookie ->|
//      |<------ hello ----------------------|   who you are, what the site is called
//      |------- resume (epoch, revision) -->|   empty when it has nothing yet
//      |<------ state, or changes ----------|   everything, or what came since
//      |<------ changes --------------------|   as they happen
//      |------- act, door, scenario ------->|
//      |<------ answer ---------------------|   by the request's number; the effect itself comes as changes

/** Grows when an older console could misread what is sent. */
export const PROTOCOL_VERSION = 2;

const request = z.number().int().nonnegative().describe('chosen by the console; the answer repeats it');

const resume = z.strictObject({
  type: z.literal('resume'),
  epoch: z.string().exactOptional().describe('of the hello after which the console was last up to date'),
  revision: z.number().int().exactOptional().describe('the last one that the console has applied'),
});

const note = z.string().trim().min(1).max(2000);

/** What a dispatcher does with an incident. `revision` is the one that was on the screen. */
export const incidentActionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('acknowledge') }),
  z.strictObject({ action: z.literal('start') }),
  z.strictObject({ action: z.literal('note'), note }),
  z.strictObject({ action: z.literal('resolve'), note }),
  z.strictObject({ action: z.literal('close'), disposition: z.enum(dispositions), note }),
  z.strictObject({
    action: z.literal('hold'),
    minutes: z
      .number()
      .int()
      .min(1)
      .max(24 * 60)
      .describe('it comes back by itself after that, or earlier when it gets graver'),
    note,
  }),
  z.strictObject({ action: z.literal('reopen'), note }),
  z.strictObject({ action: z.literal('take-over') }),
  z.strictObject({ action: z.literal('hand-over'), to: z.string().describe('an account; its owner has to accept'), note }),
  z.strictObject({ action: z.literal('accept') }),
  z.strictObject({ action: z.literal('avs'), level: avsLevelSchema, note: note.exactOptional() }),
  z.strictObject({ action: z.literal('merge'), into: z.string().describe('the incident that gets the evidence; this one is closed') }),
  z.strictObject({
    action: z.literal('split'),
    events: z.array(z.string()).min(1).max(200).describe('the events whose evidence goes into an incident of its own'),
    note,
  }),
]);
export type IncidentAction = z.infer<typeof incidentActionSchema>;

/** What a dispatcher decides about alarms that are known, always with an end. */
export const measureRequestSchema = z.strictObject({
  type: z.enum(measureTypes),
  target: measureTargetSchema,
  minutes: z
    .number()
    .int()
    .min(1)
    .max(30 * 24 * 60)
    .describe('it ends by itself after that: shelved for 12 hours at most, on test for a day, out of service for 30 days'),
  reason: note,
});
export type MeasureRequest = z.infer<typeof measureRequestSchema>;

const scope = z.string().describe('the identifier of the site, or of an area');

/** Setting a threat level; answered before the doors have answered: their outcomes come as changes. */
export const threatRequestSchema = z.strictObject({
  level: z.string().describe('one that the site declares'),
  scope,
  note: z.string().trim().max(2000).default('').describe('why'),
});

/** Lifting threat levels: each door becomes what it was before. */
export const threatLiftSchema = z.strictObject({ scope: scope.exactOptional().describe('everywhere unless given') });

const threat = z.strictObject({ type: z.literal('threat'), request, ...threatRequestSchema.shape });
const liftThreat = z.strictObject({ type: z.literal('lift-threat'), request, ...threatLiftSchema.shape });
const retryThreat = z.strictObject({ type: z.literal('retry-threat'), request });

const beginMeasure = z.strictObject({ type: z.literal('measure'), request, measure: measureRequestSchema });
const endMeasure = z.strictObject({ type: z.literal('end-measure'), request, measure: z.string() });

const act = z.strictObject({
  type: z.literal('act'),
  request,
  incident: z.string(),
  revision: z.number().int(),
  act: incidentActionSchema,
});

const door = z.strictObject({
  type: z.literal('door'),
  request,
  door: z.string(),
  command: z.enum(doorCommands),
  incident: z.string().exactOptional().describe('the incident from which it was commanded; the step goes into its log'),
});

const share = z.number().min(-1).max(1);

/** What a dispatcher tells a camera that turns. */
export const ptzOrderSchema = z.discriminatedUnion('action', [
  z
    .strictObject({ action: z.literal('move'), pan: share.default(0), tilt: share.default(0), zoom: share.default(0) })
    .describe('shares of the full speed: right, up and closer are positive. It is said again at least every second, or the camera stops'),
  z.strictObject({ action: z.literal('stop') }),
  z.strictObject({ action: z.literal('preset'), preset: z.string().min(1).describe('its token or name') }),
  z.strictObject({ action: z.literal('home') }),
  z.strictObject({ action: z.literal('release') }).describe('lets go of the camera before the lease is over'),
]);
export type PtzOrder = z.infer<typeof ptzOrderSchema>;

const ptz = z.strictObject({
  type: z.literal('ptz'),
  request,
  camera: z.string(),
  order: ptzOrderSchema,
  incident: z.string().exactOptional().describe('the incident for which it is moved: its priority is the dispatcher’s claim'),
});

const scenario = z.strictObject({ type: z.literal('scenario'), request, name: z.string() });

/** Everything that a console may send. */
export const fromConsole = z.discriminatedUnion('type', [
  resume,
  act,
  door,
  ptz,
  scenario,
  beginMeasure,
  endMeasure,
  threat,
  liftThreat,
  retryThreat,
]);
export type FromConsole = z.infer<typeof fromConsole>;

const hello = z.object({
  type: z.literal('hello'),
  protocol: z.number().int(),
  epoch: z.string().describe('of this run of the gateway; revisions of another epoch say nothing'),
  now: z.number().describe("the gateway's clock, so that the console shows ages by it"),
  user: z.object({ name: z.string(), role: z.enum(roles) }),
  colleagues: z.array(z.string()).describe('every account, for handing over'),
  site: siteViewSchema,
});

const state = z.object({
  type: z.literal('state'),
  revision: z.number().int(),
  incidents: z.array(incidentSchema).describe('every open one, and those closed lately'),
  doors: z.array(doorStateSchema),
  panels: z.array(panelStateSchema).exactOptional().describe('absent where the site has none'),
  ptz: z.array(ptzStateSchema).exactOptional().describe('cameras that somebody moves'),
  devices: z.array(deviceStateSchema),
  log: z.array(logLineSchema).describe('the latest lines, oldest first'),
  health: healthSchema.exactOptional().describe('absent while all is well'),
  alarms: alarmStateSchema.exactOptional(),
  threats: threatStateSchema.exactOptional(),
});

const changes = z.object({
  type: z.literal('changes'),
  revision: z.number().int(),
  incidents: z.array(incidentSchema).exactOptional(),
  doors: z.array(doorStateSchema).exactOptional(),
  panels: z.array(panelStateSchema).exactOptional(),
  ptz: z.array(ptzStateSchema).exactOptional(),
  devices: z.array(deviceStateSchema).exactOptional(),
  log: z.array(logLineSchema).exactOptional(),
  health: healthSchema.exactOptional().describe('as a whole'),
  alarms: alarmStateSchema.exactOptional(),
  threats: threatStateSchema.exactOptional().describe('as a whole'),
  tickets: z
    .array(z.object({ camera: z.string(), ticket: z.string() }))
    .exactOptional()
    .describe('of purpose video, for the first camera of each new incident: one for its picture of now and one for that of the alarm'),
});

const answer = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('answer'), request, ok: z.literal(true) }),
  z.object({
    type: z.literal('answer'),
    request,
    ok: z.literal(false),
    code: z.string(),
    message: z.string().describe('a sentence for the dispatcher'),
  }),
]);

/** Everything that the gateway may send to a console. */
export const toConsole = z.union([z.discriminatedUnion('type', [hello, state, changes]), answer]);
export type ToConsole = z.infer<typeof toConsole>;
export type Hello = z.infer<typeof hello>;
export type DeskState = z.infer<typeof state>;
export type DeskChanges = z.infer<typeof changes>;
