import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';

/** CEL for conditions that an integrator writes: short ones, which cannot take long. */
export function limitedEnvironment(): Environment {
  return new Environment({ limits: { maxAstNodes: 200, maxDepth: 20, maxListElements: 100 } });
}

/**
 * Calls that let a short text cost a long time: patterns that backtrack (29 characters held the event loop for 17 s),
 * and loops, which nest.
 */
const refusedCalls: Readonly<Record<string, string>> = {
  matches: 'use ==, in, startsWith(), endsWith() or contains()',
  ...Object.fromEntries(['all', 'exists', 'exists_one', 'map', 'filter'].map((name) => [name, 'write the comparisons one by one, or use `in`'])),
};

/** What a condition of an environment can look at, and one such condition, for the message about a mistake. */
export interface ConditionWords {
  readonly knows: string;
  readonly example: string;
}

/** Why the text is no condition in `environment`; undefined where it is one. */
export function conditionProblemIn(environment: Environment, text: string, { knows, example }: ConditionWords): string | undefined {
  try {
    const parsed = environment.parse(text);
    const refused = callsIn(parsed.ast).find((name) => name in refusedCalls);
    if (refused !== undefined) return `${refused}() is not allowed in a condition, because it can take for ever: ${refusedCalls[refused] ?? ''}`;
    const { valid, type, error } = parsed.check();
    if (!valid) return `${firstLine(error)}; ${knows}`;
    if (type !== 'bool' && type !== 'dyn') return `the condition is a ${type ?? 'value'}, not something true or false: compare it with something`;
    return undefined;
  } catch (error) {
    return `${firstLine(error)}; write a condition in CEL such as \`${example}\``;
  }
}

function callsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(callsIn);
  if (!isNode(node)) return [];
  const own = node.op === 'call' || node.op === 'rcall' ? [node.args[0]] : [];
  return [...own, ...callsIn(node.args)];
}

/** Whether something is a node of a parsed condition. */
export function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** The library draws the place below its message; the file and line are told by whoever reads the file. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : 'it cannot be read').split('\n')[0] ?? '';
}
