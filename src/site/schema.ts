import { z } from 'zod';
import { areaCriticalities } from '../domain/alarm-policy.ts';
import { alarmsSchema, retentionSchema } from './alarms-schema.ts';
import { escalationSchema } from './escalation-schema.ts';
import { threatLevelsSchema } from './threat-schema.ts';
import { videoSchema } from './video-schema.ts';
import { coveredSchema, ptzSchema } from './ptz-schema.ts';
import { doorCommands } from '../domain/door.ts';
import type { PointType } from '../domain/point.ts';
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
  video: videoSchema,
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
  alarms: alarmsSchema,
  retention: retentionSchema,
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
