import type { z } from 'zod';
import { ConfigurationError } from '../contract.ts';
import type { Variables } from './expression.ts';
import { compileMapping } from './mapping.ts';
import type { CompiledMapping } from './mapping.ts';
import type { PointIndex } from './point-index.ts';
import type { Mapping } from './schema.ts';

/** For a schema's `superRefine`: reports every expression that is wrong at its place in the site file. */
export function checkExpressions(mapping: Mapping, variables: Variables, context: z.core.$RefinementCtx): void {
  compileMapping(mapping, variables, (path, message) => context.addIssue({ code: 'custom', path: [...path], message, input: mapping }));
}

/**
 * Makes a mapping ready for the points of a device.
 * @throws ConfigurationError when an expression is wrong, or when the mapping names a point that the device does not have.
 */
export function readyMapping(mapping: Mapping, variables: Variables, points: PointIndex): CompiledMapping {
  const compiled = compileMapping(mapping, variables, (path, message) => {
    throw new ConfigurationError(`mapping to ${mapping.event}, ${path.join('.')}: ${message}`);
  });
  if (compiled.fixedPoint !== undefined && points.find(compiled.fixedPoint) === undefined)
    throw new ConfigurationError(
      `mapping to ${mapping.event}: the device has no point "${compiled.fixedPoint}"; an expression in CEL is more than one word`,
    );
  return compiled;
}
