import { z } from 'zod';
import { defaultPtzPolicy, ptzReturns } from '../domain/ptz.ts';

/** An entry of a camera's `covers`: a point, or a point with the preset that shows it. */
export const coveredSchema = z.union([
  z.string(),
  z.strictObject({
    point: z.string().describe('Identifier of a door, zone or area.'),
    preset: z
      .string()
      .min(1)
      .describe('The preset that shows it, by name or token: an incident there turns the camera to it.')
      .meta({ examples: ['Gate'] }),
  }),
]);
type Covered = z.infer<typeof coveredSchema>;

const seconds = (description: string) => z.number().positive().max(86_400).describe(description);

export const ptzSchema = z
  .strictObject({
    alarmSeconds: seconds('How long an incident keeps it at its preset; until it is closed unless given.').exactOptional(),
    leaseSeconds: seconds('How long it belongs to the dispatcher who steered it last, after the last touch.').default(defaultPtzPolicy.leaseSeconds),
    afterwards: z
      .enum(ptzReturns)
      .default(defaultPtzPolicy.afterwards)
      .describe('Where it goes when nobody needs it any more: to its home position, to the preset at which it was before, or nowhere.'),
    returnSeconds: seconds('How long it stays where a dispatcher left it.').default(defaultPtzPolicy.returnSeconds),
  })
  .describe('How a camera that turns is handled.');

export function coveredPoint(covered: Covered): string {
  return typeof covered === 'string' ? covered : covered.point;
}

/** The fields of a camera of the domain that its `covers` gives. */
export function coverage(covers: readonly Covered[]): { covers: string[]; presets?: Record<string, string> } {
  const presets = Object.fromEntries(covers.flatMap((each) => (typeof each === 'string' ? [] : [[each.point, each.preset]])));
  return { covers: covers.map(coveredPoint), ...(Object.keys(presets).length > 0 && { presets }) };
}
