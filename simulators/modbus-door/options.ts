import { z } from 'zod';

const doorOptions = z.strictObject({
  forcedLogic: z.boolean().default(true).describe('false: a plain input/output board, without a "forced" input'),
  strikeMs: z.number().int().min(1).max(65535).exactOptional(),
  heldAfterMs: z.number().int().positive().exactOptional(),
});

const badge = z.strictObject({
  credential: z.number().int().min(0).max(0xffffffff),
  doors: z.array(z.number().int().positive()).min(1).describe('doors that it opens, counted from 1'),
});

/** Options of the simulated controller, as `lab.yaml` has them. */
export const controllerOptions = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(0).max(65535).default(502).describe('0: any free port'),
  unit: z.number().int().min(1).max(247).default(1),
  doors: z
    .array(doorOptions)
    .min(1)
    .max(32)
    .default([{ forcedLogic: true }, { forcedLogic: false }]),
  badges: z.array(badge).default([]),
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
});
