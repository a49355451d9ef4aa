import { z } from 'zod';
import { phases } from '../domain/event.ts';
import { eventKinds } from '../domain/kinds.ts';
import { pointTypes } from '../domain/point.ts';
import { deviceStateSchema } from './schemas.ts';

// What the integrator's page and the gateway say to each other by REST.

const epochMs = z.number().describe('milliseconds since 1970-01-01T00:00:00Z');
const count = z.number().int();

export const malformedFrameSchema = z.object({
  at: epochMs,
  reason: z.string(),
  frame: z.string().describe('its start, as text or hexadecimal'),
});

/** A device with what is needed to find out why it does not do what it should. */
export const diagnosisSchema = z.object({
  device: deviceStateSchema,
  retryAt: epochMs.exactOptional().describe('while it is offline: when it is tried again'),
  lastReport: z.object({ at: epochMs, kind: z.enum(eventKinds), point: z.string() }).exactOptional(),
  points: z.array(
    z.object({
      id: z.string(),
      type: z.enum(pointTypes),
      name: z.string(),
      at: z.string().describe('its address on the device, as JSON'),
      states: z
        .array(z.object({ kind: z.enum(eventKinds), phase: z.enum(phases), at: epochMs }))
        .describe('the last event of each kind, newest first'),
    }),
  ),
  malformed: z.array(malformedFrameSchema).describe('the latest, newest first'),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** One step of a test of a device. */
export const testStepSchema = z.object({
  step: z.string(),
  result: z.enum(['good', 'bad', 'none']).describe('none: there is nothing to say for or against it'),
  text: z.string(),
  advice: z.string().exactOptional().describe('what to do, in one sentence'),
});
export type TestStep = z.infer<typeof testStepSchema>;

export const deviceTestSchema = z.object({
  device: z.string(),
  passed: z.boolean(),
  at: epochMs,
  steps: z.array(testStepSchema),
  pictures: z.array(z.object({ camera: z.string(), name: z.string(), from: z.enum(['video', 'camera']), jpeg: z.string().describe('in base 64') })),
});
export type DeviceTest = z.infer<typeof deviceTestSchema>;

export const interfacesSchema = z.object({
  interfaces: z.array(z.object({ name: z.string(), address: z.string(), netmask: z.string(), loopback: z.boolean() })),
  adapters: z.array(z.object({ name: z.string(), summary: z.string() })).describe('those that can look for devices'),
});
export type Interfaces = z.infer<typeof interfacesSchema>;

const accountSchema = z
  .strictObject({ username: z.string().min(1).max(256), password: z.string().min(1).max(1024) })
  .exactOptional()
  .describe('an account of the devices; neither kept nor logged');

export const discoverRequestSchema = z.strictObject({
  interface: z.string().describe('address of one of the gateway’s own interfaces; nothing is sent beyond its network'),
  adapters: z.array(z.string()).min(1),
  host: z.string().exactOptional().describe('IPv4 address in the network of the interface that is asked by itself as well'),
  account: accountSchema,
  seconds: z.number().min(1).max(30).default(4).describe('how long answers are waited for'),
});

export const discoverTestRequestSchema = z.strictObject({
  adapter: z.string().describe('the adapter that found the device'),
  id: z.string().describe('the identifier that the last search gave it'),
  account: accountSchema,
});

export const discoverySchema = z.object({
  devices: z.array(z.object({ adapter: z.string(), id: z.string(), name: z.string(), remark: z.string().exactOptional(), known: z.boolean() })),
  fragment: z.string().describe('what to paste into a site file'),
  failures: z.array(z.object({ adapter: z.string(), message: z.string() })),
});
export type Discovery = z.infer<typeof discoverySchema>;

export const siteFileTextSchema = z.object({
  name: z.string(),
  text: z.string(),
  changed: z.boolean().describe('whether the file has changed since the gateway read it'),
});
export type SiteFileText = z.infer<typeof siteFileTextSchema>;

export const siteCheckSchema = z.object({
  good: z.boolean(),
  summary: z.string(),
  mistakes: z.array(
    z.object({ file: z.string(), line: count, column: count, message: z.string(), fix: z.string(), severity: z.enum(['error', 'warning']) }),
  ),
});
export type SiteCheck = z.infer<typeof siteCheckSchema>;

export const journalEventSchema = z.object({
  seq: count.describe('position in the journal; grows'),
  id: z.string(),
  kind: z.enum(eventKinds),
  point: z.string(),
  phase: z.enum(phases),
  device: z.string(),
  receivedAt: z.number().describe('our clock, in milliseconds since 1970'),
  eventAt: z.number().describe('when it happened, as far as is known'),
  occurredAt: z.number().exactOptional().describe('the device’s own clock, not trusted'),
  clockOffsetMs: z.number().exactOptional(),
  initial: z.literal(true).exactOptional().describe('a state read on connecting, not a change'),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  raw: z.string().exactOptional().describe('the frame as it was on the wire'),
});
export type JournalEvent = z.infer<typeof journalEventSchema>;

/** What became of everything that devices sent since the gateway started. */
export const accountingSchema = z.object({
  signals: z
    .object({ received: count, accepted: count, repeated: count, unchanged: count, refused: count })
    .describe('received = accepted + repeated + unchanged + refused, but for those under way'),
  events: z
    .object({ taken: count, attached: count, waiting: count, suppressed: count, informational: count })
    .describe('taken = attached + waiting + suppressed + informational'),
  suppressedBy: z.array(z.object({ rule: z.string(), events: count })),
  ruleFailures: z.array(z.object({ rule: z.string(), failures: count })),
  malformed: count.describe('frames of all devices that could not be understood: they never became signals'),
});
export type AccountingFigures = z.infer<typeof accountingSchema>;

/** A file of rules as text. */
export const ruleTextSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*\.yaml$/i, 'must be a file name such as doors.yaml')
    .max(80),
  text: z.string().max(500_000),
});
export type RuleText = z.infer<typeof ruleTextSchema>;
export const ruleTextsSchema = z.object({ files: z.array(ruleTextSchema) });

export const replayRequestSchema = z.strictObject({
  from: epochMs,
  to: epochMs,
  rules: z
    .array(ruleTextSchema)
    .min(1)
    .max(50)
    .refine((files) => new Set(files.map(({ name }) => name.toLowerCase())).size === files.length, 'each file needs a name of its own')
    .exactOptional()
    .describe('rules to be tried, instead of those on disk; nothing is written where the gateway reads'),
});
export const replayedSchema = z.object({ lines: z.array(z.string()).describe('as "sallyport replay" prints them') });
export type ReplayedPeriod = z.infer<typeof replayedSchema>;
