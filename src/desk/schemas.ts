import { z } from 'zod';
import type { DoorState } from '../domain/door.ts';
import { doorCommands } from '../domain/door.ts';
import { phases } from '../domain/event.ts';
import type { Evidence, Incident, LogEntry, PriorityStep } from '../domain/incident.ts';
import { dispositions, incidentStates, linkTypes, renewals } from '../domain/incident.ts';
import type { Avs } from '../domain/avs.ts';
import type { Measure, MeasureTarget, Suppression } from '../domain/measure.ts';
import { measureTypes } from '../domain/measure.ts';
import { eventKinds } from '../domain/kinds.ts';
import { roles } from '../domain/roles.ts';
import { afterwardsOfDoors, threatDoorCommands, threatDoorOutcomes } from '../domain/threat.ts';
import type { ThreatInForce, ThreatLevel, ThreatState } from '../domain/threat.ts';
import { zoneConditions } from '../domain/panel.ts';
import type { PanelState } from '../domain/panel.ts';

// The domain's types as they travel: shared by the desk's WebSocket protocol and the REST interface.

export const epochMs = z.number().describe('milliseconds since 1970-01-01T00:00:00Z');

export const prioritySchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]).describe('1 is the most urgent');

const priorityStepSchema = z.object({ priority: prioritySchema, because: z.string() }) satisfies z.ZodType<PriorityStep>;

const evidenceSchema = z.object({
  event: z.string(),
  at: epochMs,
  kind: z.enum(eventKinds),
  phase: z.enum(phases),
  point: z.string(),
  role: z.enum(['lead', 'support', 'repeat', 'restore']),
  rule: z.string(),
  text: z.string(),
  revision: z.number().int().exactOptional().describe('the incident’s revision with which it came'),
  key: z.string().exactOptional().describe('under which it was found, where the incident has another by now'),
  picture: z.literal(true).exactOptional().describe('its event brought a picture: GET /incidents/{id}/evidence/{event}/picture'),
}) satisfies z.ZodType<Evidence>;

const logEntrySchema = z.object({
  at: epochMs,
  by: z.string(),
  what: z.string(),
  note: z.string().exactOptional(),
}) satisfies z.ZodType<LogEntry>;

/** What a measure is about. */
export const measureTargetSchema = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('incident'), incident: z.string() }),
  z.strictObject({ of: z.literal('kind'), point: z.string(), kind: z.string().describe('of incidents') }),
  z.strictObject({ of: z.literal('point'), point: z.string() }),
  z.strictObject({ of: z.literal('device'), device: z.string() }),
  z.strictObject({ of: z.literal('site') }),
]) satisfies z.ZodType<MeasureTarget>;

/** What somebody decided about alarms, until when. */
export const measureSchema = z.object({
  id: z.string(),
  type: z.enum(measureTypes),
  target: measureTargetSchema,
  reason: z.string(),
  by: z.string(),
  from: epochMs,
  until: epochMs,
  endedAt: epochMs.exactOptional(),
  endedBy: z.string().exactOptional(),
}) satisfies z.ZodType<Measure>;

const suppressionSchema = z.object({
  type: z.enum(['shelved', 'out-of-service', 'by-design']),
  measure: z.string().exactOptional(),
  until: epochMs.exactOptional(),
  because: z.string(),
}) satisfies z.ZodType<Suppression>;

export const avsLevelSchema = z
  .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
  .describe('alarm level of ANSI/TMA-AVS-01');

const avsSchema = z.object({
  suggested: z.object({ level: avsLevelSchema, because: z.string() }),
  confirmed: z.object({ level: avsLevelSchema, by: z.string(), at: epochMs }).exactOptional(),
}) satisfies z.ZodType<Avs>;

/** An incident as it is sent to consoles and REST clients. */
export const incidentSchema = z.object({
  id: z.string(),
  key: z.string(),
  kind: z.string(),
  title: z.string(),
  reason: z.string().describe('why it was raised, in one sentence'),
  priority: prioritySchema,
  priorityBecause: z.array(priorityStepSchema),
  state: z.enum(incidentStates),
  condition: z.enum(['active', 'normal']),
  point: z.string(),
  areas: z.array(z.string()),
  door: z.string().exactOptional(),
  cameras: z.array(z.string()),
  evidence: z.array(evidenceSchema),
  log: z.array(logEntrySchema),
  owner: z.string().exactOptional(),
  handOver: z.object({ to: z.string(), by: z.string(), at: epochMs }).exactOptional().describe('offered to an account that has not accepted yet'),
  holdUntil: epochMs.exactOptional().describe('while it is on hold: when it comes back by itself'),
  renewed: z.enum(renewals).exactOptional().describe('while it is new: why it is so again'),
  alsoKeys: z.array(z.string()).exactOptional().describe('findings with these keys belong to it as well'),
  links: z
    .array(z.object({ type: z.enum(linkTypes), incident: z.string() }))
    .exactOptional()
    .describe('where evidence went, or came from'),
  test: z.literal(true).exactOptional().describe('raised by something that was on test'),
  suppressed: suppressionSchema.exactOptional().describe('why it is not in the queue; never on what is critical'),
  avs: avsSchema.exactOptional(),
  acknowledgedAt: epochMs.exactOptional(),
  acknowledgedBy: z.string().exactOptional(),
  disposition: z.enum(dispositions).exactOptional(),
  occurredAt: epochMs,
  openedAt: epochMs,
  closedAt: epochMs.exactOptional(),
  threat: z
    .object({ title: z.string(), raisesPriorityBy: z.number().int(), without: prioritySchema })
    .exactOptional()
    .describe('the threat level that counts in its priority, and the priority that it has without'),
  raisedIn: z.number().int().exactOptional().describe('the revision in which its priority last rose'),
  revision: z.number().int(),
}) satisfies z.ZodType<Incident>;

/** What the queue leaves out or groups, and why. */
export const alarmStateSchema = z.object({
  measures: z.array(measureSchema).readonly().describe('what is shelved, out of service or on test now'),
  suppressed: z
    .array(z.object({ point: z.string(), kind: z.string().exactOptional(), reason: z.string() }))
    .readonly()
    .describe('what the site file suppresses by design'),
  flood: z.object({ since: epochMs }).exactOptional().describe('while there are more new incidents than a dispatcher can look at one by one'),
});
export type AlarmState = z.infer<typeof alarmStateSchema>;

/** What the gateway itself has trouble with. */
export const healthSchema = z.object({
  problems: z.array(z.string()).readonly().describe('a sentence each; empty when all is well'),
  notStored: z.array(z.string()).readonly().describe('incidents whose latest revision could not be stored: a restart would forget it'),
});
export type Health = z.infer<typeof healthSchema>;

/** A door's state in ONVIF Door Control words. */
export const doorStateSchema = z.object({
  door: z.string(),
  physical: z.enum(['Open', 'Closed', 'Unknown']),
  lock: z.enum(['Locked', 'Unlocked', 'Unknown']),
  alarm: z.enum(['Normal', 'DoorForcedOpen', 'DoorOpenTooLong']),
  tamper: z.boolean(),
  fault: z.boolean(),
  current: z.boolean().describe('false while the device cannot be reached'),
  changedAt: epochMs,
}) satisfies z.ZodType<DoorState>;

const standingSchema = z.object({ kind: z.enum(eventKinds), since: epochMs });

/** What a panel last told: what is armed, by whom, and how each zone stands. */
export const panelStateSchema = z.object({
  panel: z.string(),
  partitions: z
    .array(
      z.object({
        partition: z.string().describe('as the panel numbers it; empty where it names none'),
        armed: z.boolean(),
        user: z.string().exactOptional().describe('who did it, as the panel numbers its users'),
        since: epochMs,
      }),
    )
    .readonly()
    .describe('those of which something was heard'),
  zones: z
    .array(
      z.object({
        zone: z.string(),
        condition: z.enum(zoneConditions),
        since: epochMs.exactOptional().describe('absent while nothing was ever reported of the zone'),
        standing: z.array(standingSchema).readonly(),
      }),
    )
    .readonly(),
  standing: z.array(standingSchema).readonly().describe('what stands at the panel itself'),
}) satisfies z.ZodType<PanelState>;

/** A device's link as the supervisor knows it, flattened for people. */
export const deviceStateSchema = z.object({
  device: z.string(),
  name: z.string(),
  adapter: z.string(),
  state: z.enum(['connecting', 'online', 'offline', 'failed', 'stopped']),
  since: epochMs,
  detail: z.string().describe('what was found, or why it is not online'),
  malformed: z.number().int().describe('frames that could not be understood since the gateway started'),
  attention: z.string().exactOptional().describe('what somebody should look at although it is online'),
});
export type DeviceState = z.infer<typeof deviceStateSchema>;

/** One line of the log that dispatchers read: what happened, who did what. */
export const logLineSchema = z.object({
  id: z.number().int(),
  at: epochMs,
  by: z.string(),
  text: z.string(),
  incident: z.string().exactOptional(),
  point: z.string().exactOptional(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** A threat level that the site declares. */
export const threatLevelSchema = z.object({
  id: z.string(),
  title: z.string(),
  sign: z.string().describe('tells it without its colour'),
  severity: z.number().int().describe('the highest of those that hold at a place is its level'),
  doors: z.enum(threatDoorCommands).exactOptional().describe('what it commands the doors to do; `unlock` wins over `lock`'),
  except: z.array(z.string()).readonly().describe('doors and areas that it leaves alone'),
  afterwards: z.enum(afterwardsOfDoors),
  raisesPriorityBy: z.number().int(),
  setBy: z.object({ roles: z.array(z.enum(roles)).readonly(), accounts: z.array(z.string()).readonly() }),
}) satisfies z.ZodType<ThreatLevel>;

const threatInForceSchema = z.object({
  scope: z.string().describe('the identifier of the site, or of an area'),
  level: z.string(),
  by: z.string(),
  at: epochMs,
  note: z.string(),
}) satisfies z.ZodType<ThreatInForce>;

/** Which threat levels are in force, and how far each of their doors has come. */
export const threatStateSchema = z.object({
  inForce: z.array(threatInForceSchema).readonly().describe('one for each scope; empty while all is normal'),
  doors: z
    .array(
      z.object({
        door: z.string(),
        command: z.enum(threatDoorCommands),
        level: z.string().exactOptional().describe('that asks for it; absent while the door is restored'),
        outcome: z
          .enum(threatDoorOutcomes)
          .describe(
            'waiting to be commanded; commanded, as its device confirmed; done, as its own state shows; differs: it was done and is otherwise now; failed; unreachable: commanded as soon as its device is online',
          ),
        reason: z.string().exactOptional(),
        at: epochMs,
      }),
    )
    .readonly(),
}) satisfies z.ZodType<ThreatState>;

const named = z.object({ id: z.string(), name: z.string() });

/** What a console needs to know of the site to show names instead of identifiers. */
export const siteViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  areas: z.array(named.extend({ within: z.string().exactOptional() })),
  doors: z.array(
    named.extend({ area: z.string().exactOptional(), commands: z.array(z.enum(doorCommands)), escapeRoute: z.boolean().exactOptional() }),
  ),
  cameras: z.array(named.extend({ area: z.string().exactOptional() })),
  points: z.array(named.extend({ type: z.string() })).describe('every point and device, for their names'),
  threatLevels: z.array(threatLevelSchema).readonly().exactOptional().describe('absent where the site declares none'),
  procedures: z.literal(true).exactOptional().describe('whether there are any'),
  escalates: z.literal(true).exactOptional().describe('whether incidents have a time in which somebody should act'),
  scenarios: z.array(z.object({ name: z.string(), title: z.string() })).describe('the lab panel; empty on a real site'),
});
export type SiteView = z.infer<typeof siteViewSchema>;
