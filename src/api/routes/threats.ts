import { z } from 'zod';
import { threatLiftSchema, threatRequestSchema } from '../../desk/protocol.ts';
import { threatLevelSchema, threatStateSchema } from '../../desk/schemas.ts';
import type { ThreatLevels } from '../../desk/threat-levels.ts';
import type { Site } from '../../domain/site.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

/** Threat levels: which there are, which are in force, what became of each door; setting and lifting them. */
export function threatEndpoints({ threatLevels = [] }: Pick<Site, 'threatLevels'>, threats: ThreatLevels): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/threat-levels',
      tag: 'threat levels',
      summary: 'The levels that the site declares, those in force, and the outcome of each door',
      answer: threatStateSchema.extend({ levels: z.array(threatLevelSchema).readonly() }),
      handle: () => ({ levels: threatLevels, ...threats.state }),
    }),
    endpoint({
      method: 'post',
      path: '/threat-levels/set',
      tag: 'threat levels',
      summary: 'Set a level for the site or an area; answers before the doors have answered: ask again for their outcomes',
      body: threatRequestSchema,
      answer: threatStateSchema,
      handle: ({ body, principal }) => threats.set(body, principal),
    }),
    endpoint({
      method: 'post',
      path: '/threat-levels/restore',
      tag: 'threat levels',
      summary: 'Lift the level of a scope, or every level: each door becomes what it was before, unless another level asks for it',
      body: threatLiftSchema,
      answer: threatStateSchema,
      handle: ({ body, principal }) => threats.lift(body.scope, principal),
    }),
    endpoint({
      method: 'post',
      path: '/threat-levels/retry',
      tag: 'threat levels',
      summary: 'Command again the doors that failed, could not be reached, or are otherwise by now',
      answer: threatStateSchema,
      handle: ({ principal }) => threats.retry(principal),
    }),
  ];
}
