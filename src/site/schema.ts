import { z } from 'zod';
import type { AdapterDefinition } from '../adapter/contract.ts';
import type { Adapters } from '../adapter/loader.ts';
import { areaCriticalities, defaultAlarmPolicy } from '../domain/alarm-policy.ts';
import type { AlarmPolicy } from '../domain/alarm-policy.ts';
import { escalationSchema } from './escalation-schema.ts';
import { threatLevelsSchema } from './threat-schema.ts';
import { coveredSchema, ptzSchema } from './ptz-schema.ts';
import { doorCommands } from '../domain/door.ts';
import { defaultRetention } from '../domain/retention.ts';
import type { PointType } from '../domain/point.ts';
import { streamKinds } from '../desk/video-protocol.ts';
import { scheduleDays } from '../domain/site.ts';

// The site file as an integrator writes it. Descriptions and examples here become the JSON Schema that editors complete from.

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens')
  .describe('Identifier, unique in the whole file: lower-case letters, digits, hyphens.')
  .meta({ examples: ['door-server'] });
const reference = (what: string) => z.string().describe(`Identifier of ${what}.`);
const name = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .describe('What dispatchers call it.')
  .meta({ examples: ['Server room door'] });
const areaRef = reference('the area where it is').exactOptional();
const at = z.unknown().describe('Its address on the device, in the words of the adapter.');

const adjacent = (what: string) =>
  z.array(z.string()).describe(`The ${what} next to this one; it is enough to say so on one side. Rules join events by it.`).exactOptional();

const area = z.strictObject({
  id,
  name,
  within: reference('the area around this one').exactOptional(),
  criticality: z
    .enum(areaCriticalities)
    .describe('How much is at stake there. `high` makes its incidents one step more urgent; `low` one step less, unless they are critical.')
    .exactOptional(),
  adjacent: adjacent('areas that one can walk into from here,'),
});

const timeOfDay = (description: string, example: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'write hours and minutes, such as "08:00"')
    .describe(description)
    .meta({ examples: [example] });

const schedule = z.strictObject({
  id,
  name,
  weekly: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(scheduleDays))
          .min(1)
          .describe('Days of the week. A holiday is none of them: name `holiday` where the hours count then too.'),
        from: timeOfDay('When it begins, by the clock of the site.', '08:00'),
        to: timeOfDay('When it ends. Before `from`: on the next day.', '18:00'),
      }),
    )
    .min(1)
    .describe('The hours of a week.'),
});

const device = z.looseObject({
  id,
  name,
  adapter: z.string().describe('Name of the adapter that speaks to it; its options follow beside this field.'),
  area: areaRef,
});

const door = z.strictObject({
  id,
  name,
  area: areaRef,
  device: reference('the device that controls it'),
  heldAfterSeconds: z.number().positive().max(86_400).default(30).describe('How long it may stand open before it counts as held open, in seconds.'),
  commands: z
    .array(z.enum(doorCommands))
    .default([...doorCommands])
    .describe('What dispatchers may do: lock, unlock, access (let one person through).'),
  escapeRoute: z.boolean().default(false).describe('A way out of a fire: no threat level ever locks it.'),
  adjacent: adjacent('doors'),
  at: at.optional(),
});

const reader = z.strictObject({
  id,
  name,
  door: reference('the door that it opens'),
  device: reference('the device that it is wired to'),
  at: at.optional(),
});

const camera = z.strictObject({
  id,
  name,
  area: areaRef,
  device: reference('the device that it is, or that it is a channel of'),
  covers: z
    .array(coveredSchema)
    .default([])
    .describe('Doors, zones and areas that it sees; their incidents show it. With a preset, they also turn it there.')
    .meta({ examples: [['door-server', { point: 'door-gate', preset: 'Gate' }]] }),
  ptz: ptzSchema.exactOptional(),
  recorder: z
    .strictObject({
      device: reference('the recorder'),
      recording: z
        .string()
        .min(1)
        .describe('Token of its recording there.')
        .meta({ examples: ['Rec_1'] })
        .exactOptional(),
      source: z.string().min(1).describe('Name or identifier of its input there.').exactOptional(),
    })
    .describe('Who records it. Without `recording` or `source`: the recording whose source has the camera’s name or identifier, or the only one.')
    .exactOptional(),
  at: at.optional(),
});

const panel = z.strictObject({ id, name, area: areaRef, device: reference('the receiver that it reports to'), at: at.optional() });

const zone = z.strictObject({ id, name, area: areaRef, panel: reference('its panel'), at: at.optional() });

const minutes = (description: string, byDefaultMs: number) =>
  z
    .number()
    .positive()
    .max(24 * 60)
    .default(byDefaultMs / 60_000)
    .describe(description);
const { flood, chatter } = defaultAlarmPolicy;

const alarms = z
  .strictObject({
    floodIncidents: z
      .number()
      .int()
      .min(1)
      .default(flood.incidents)
      .describe('More new incidents than this in `floodMinutes` are a flood: the queue then groups what is not critical.'),
    floodMinutes: minutes('See `floodIncidents`.', flood.withinMs),
    chatterRaises: z
      .number()
      .int()
      .min(2)
      .default(chatter.raises)
      .describe('A point that raises the same kind so often in `chatterSeconds` is shelved by itself, unless it is critical.'),
    chatterSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(chatter.withinMs / 1000)
      .describe('See `chatterRaises`.'),
    chatterShelveMinutes: minutes('For how long a chattering point is shelved.', chatter.shelveMs),
    suppressed: z
      .array(
        z.strictObject({
          point: reference('the door, reader, camera, panel, zone or device that raises it'),
          kind: z
            .string()
            .describe('The kind of incident, as rules name it; every kind unless given.')
            .meta({ examples: ['door-held'] })
            .exactOptional(),
          reason: z.string().trim().min(1).describe('Why it means nothing there; dispatchers read it.'),
        }),
      )
      .default([])
      .describe(
        'Alarms that are suppressed by design (ISA-18.2): their incidents are kept, but not in the queue. What is critical is never suppressed.',
      ),
  })
  .transform(({ floodIncidents, floodMinutes, chatterRaises, chatterSeconds, chatterShelveMinutes, suppressed }): AlarmPolicy => ({
    flood: { incidents: floodIncidents, withinMs: floodMinutes * 60_000, endsBelow: Math.min(flood.endsBelow, floodIncidents) },
    chatter: { raises: chatterRaises, withinMs: chatterSeconds * 1000, shelveMs: chatterShelveMinutes * 60_000 },
    suppressed,
  }))
  .exactOptional()
  .describe('How the site handles alarms: floods, chattering points, suppression by design.');

const days = (what: string, byDefault: number) => z.number().int().min(1).max(36_500).default(byDefault).describe(`Days that ${what}.`);

const retention = z
  .strictObject({
    journalDays: days('events are kept in the journal', defaultRetention.journalDays),
    closedIncidentDays: days('an incident is kept after it was closed', defaultRetention.closedIncidentDays),
    logDays: days('lines of the log are kept', defaultRetention.logDays),
  })
  .exactOptional()
  .describe('How long the database keeps what is over. What an open incident refers to, and the latest state of each point, is never deleted.');

/** The site file's outline; options and addresses are checked by each adapter's own schema. */
export const siteFileSchema = z.strictObject({
  site: z.strictObject({
    id,
    name,
    timeZone: z
      .string()
      .refine(isTimeZone, 'write the IANA name of a time zone, such as "Europe/Berlin"')
      .describe('The time zone in which schedules count. UTC unless given.')
      .meta({ examples: ['Europe/Berlin'] })
      .exactOptional(),
    holidays: z
      .array(z.iso.date('write a day as "2026-12-24"'))
      .describe('Days that are no weekday for schedules.')
      .meta({ examples: [['2026-12-24']] })
      .exactOptional(),
  }),
  schedules: z.array(schedule).default([]).describe('Times that rules refer to by `during` and `outside`.'),
  console: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to serve the console on. 0.0.0.0 opens it to the network: put TLS in front.'),
      port: z.number().int().min(1).max(65_535).default(8080).describe('TCP port of the console and the REST interface.'),
    })
    .prefault({}),
  video: z
    .strictObject({
      ringSeconds: z
        .number()
        .min(10)
        .max(60)
        .default(15)
        .describe('How much of the past of each camera is always in memory, in seconds: 250 kB a second at 2 Mbit/s.'),
      ringStream: z
        .enum(streamKinds)
        .default('main')
        .describe(
          'Which stream of each camera is always taken in, for the past and for recordings. With `sub` a tile in focus still gets the main stream, from when it is looked at. Cameras without a sub-stream give their only one.',
        ),
      memoryMegabytes: z
        .number()
        .positive()
        .default(1024)
        .describe(
          'How much memory the past of all cameras may take. When it would be more, everything is taken from the sub-streams, and "sallyport check" says so.',
        ),
      mainMegabits: z
        .number()
        .positive()
        .default(4)
        .describe('What the main stream of a camera has, in Mbit/s, for the arithmetic of `memoryMegabytes`.'),
      subMegabits: z.number().positive().default(0.5).describe('The same for a sub-stream.'),
      conversions: z
        .number()
        .int()
        .min(0)
        .max(16)
        .default(1)
        .describe(
          'How many pictures may be converted to H.264 at once (by each video thread) for browsers that decode nothing that a camera sends; each takes about a third of a core.',
        ),
      evidenceDays: z
        .number()
        .positive()
        .max(3650)
        .default(31)
        .describe('Recordings of incidents are deleted when they are older than this, in days.'),
      evidenceGigabytes: z
        .number()
        .positive()
        .default(50)
        .describe('The oldest recordings are deleted while all of them take more than this, in GiB.'),
    })
    .prefault({})
    .describe('How much video is kept.'),
  rules: z
    .array(z.string())
    .default([])
    .describe('Rule files, relative to this file.')
    .meta({ examples: [['../rules/doors.yaml']] }),
  procedures: z
    .array(z.string())
    .default([])
    .describe('Procedure files, relative to this file.')
    .meta({ examples: [['../procedures/doors.yaml']] }),
  alarms,
  retention,
  escalation: escalationSchema,
  threatLevels: threatLevelsSchema,
  areas: z.array(area).default([]),
  devices: z.array(device).default([]),
  doors: z.array(door).default([]),
  readers: z.array(reader).default([]),
  cameras: z.array(camera).default([]),
  panels: z.array(panel).default([]),
  zones: z.array(zone).default([]),
  lab: z
    .strictObject({
      control: z.url().describe('Address of the simulators’ control interface. Only in a lab: it puts the scenario buttons on the console.'),
    })
    .exactOptional(),
});
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export type SiteFile = z.infer<typeof siteFileSchema>;

/** The lists of the site file whose entries are points, with the type of each. */
export const pointLists = [
  ['doors', 'door'],
  ['readers', 'reader'],
  ['cameras', 'camera'],
  ['panels', 'panel'],
  ['zones', 'zone'],
] as const satisfies readonly (readonly [keyof SiteFile, PointType])[];

/** The JSON Schema of the site file with every adapter's options and addresses, for completion in editors. */
export function siteJsonSchema(adapters: Adapters): Record<string, unknown> {
  const definitions = [...adapters.values()].sort((a, b) => a.name.localeCompare(b.name));
  const schema = jsonSchema(siteFileSchema) as JsonObject & { properties: Record<string, JsonObject> };
  const devices = schema.properties['devices'] as JsonObject & { items: JsonObject & { properties: JsonObject; required: string[] } };
  devices.items = {
    anyOf: definitions.flatMap((definition) =>
      variantsOf(definition).map((options) => ({
        title: definition.summary,
        type: 'object',
        properties: { ...devices.items.properties, adapter: { const: definition.name, description: definition.summary }, ...options.properties },
        required: [...new Set([...devices.items.required, ...(options.required ?? [])])],
        additionalProperties: false,
      })),
    ),
  } as never;
  for (const [list, type] of pointLists) {
    const addresses = definitions.flatMap(({ points }) => (points[type] === undefined ? [] : [jsonSchema(points[type])]));
    const items = (schema.properties[list] as { items: { properties: JsonObject } }).items;
    if (addresses.length > 0) items.properties['at'] = { description: 'Its address on the device, in the words of the adapter.', anyOf: addresses };
  }
  return { ...schema, title: 'Sallyport site file' };
}

type JsonObject = Record<string, unknown>;

interface Options {
  readonly properties?: JsonObject;
  readonly required?: string[];
}

/** The options of an adapter, or each of their alternatives. */
function variantsOf({ options }: AdapterDefinition): readonly Options[] {
  const schema = jsonSchema(options) as Options & { readonly oneOf?: readonly Options[]; readonly anyOf?: readonly Options[] };
  return schema.oneOf ?? schema.anyOf ?? [schema];
}

function jsonSchema(schema: z.ZodType): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
