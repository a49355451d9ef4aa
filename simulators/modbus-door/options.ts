import { z } from 'zod';
import { doorsOf, moduleLayouts } from './io-module.ts';
import { quirks } from './quirks.ts';

const doorOptions = z.strictObject({
  forcedLogic: z.boolean().default(true).describe('false: a plain input/output board, without a "forced" input'),
  strikeMs: z.number().int().min(1).max(65535).exactOptional(),
  heldAfterMs: z.number().int().positive().exactOptional(),
});

const badge = z.strictObject({
  credential: z.number().int().min(0).max(0xffffffff),
  doors: z.array(z.number().int().positive()).min(1).describe('doors that it opens, counted from 1'),
});

const unitNumber = z.number().int().min(1).max(247);

const device = {
  model: z.enum(['controller', 'io-module']).default('controller').describe('a door controller, or inputs and relays without any logic'),
  module: z
    .enum([...moduleLayouts.keys()])
    .default('adam-6052')
    .describe('of an io-module, where its inputs and relays are: a name in modules.yaml'),
  doors: z
    .array(doorOptions)
    .min(1)
    .max(32)
    .default([{ forcedLogic: true }, { forcedLogic: false }]),
  badges: z.array(badge).default([]),
};

const unit = z.strictObject({ unit: unitNumber, ...device }).superRefine(({ model, module, doors }, context) => {
  const layout = moduleLayouts.get(module);
  if (model !== 'io-module' || layout === undefined || doors.length <= doorsOf(layout)) return;
  context.addIssue({ code: 'custom', path: ['doors'], message: `the io-module ${module} has inputs and relays for ${doorsOf(layout)} doors` });
});
export type UnitOptions = z.infer<typeof unit>;

/** Options of the simulated line, as `lab.yaml` has them. */
export const controllerOptions = z
  .strictObject({
    host: z.string().default('127.0.0.1'),
    port: z.number().int().min(0).max(65535).default(502).describe('0: any free port'),
    framing: z.enum(['tcp', 'rtu']).default('tcp').describe('Modbus TCP, or the frames of the serial line over TCP'),
    quirks: quirks.option,
    unit: unitNumber.default(1),
    ...device,
    units: z.array(unit).min(1).exactOptional().describe('several units on one line, in place of `unit`, `model`, `doors` and `badges`'),
    strikeMs: z
      .number()
      .int()
      .min(1)
      .max(65535)
      .default(5000)
      .describe('how long a valid badge, the exit button or an access command release the strike'),
    heldAfterMs: z.number().int().positive().default(30_000).describe('how long a door may stand open'),
    graceMs: z.number().int().min(0).default(1000).describe('after the strike has locked again, an opening still counts as authorised for this long'),
    exitContactMs: z.number().int().positive().default(1000).describe('how long the contact of the exit button stays made'),
  })
  .refine(({ units = [] }) => new Set(units.map((each) => each.unit)).size === units.length, { path: ['units'], error: 'two units have one number' });
export type ControllerOptions = z.infer<typeof controllerOptions>;

/** The units of the line, whichever way they were written. */
export function unitsOf({ units, unit: number, model, module, doors, badges }: ControllerOptions): readonly UnitOptions[] {
  return units ?? [{ unit: number, model, module, doors, badges }];
}
