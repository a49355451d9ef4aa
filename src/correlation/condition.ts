import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import type { LocatedEvent } from '../domain/event.ts';

/** What a condition can look at; numbers are doubles. */
const environment = new Environment({ limits: { maxAstNodes: 200, maxDepth: 20, maxListElements: 100 } })
  .registerVariable({
    name: 'event',
    schema: { kind: 'string', phase: 'string', point: 'string', device: 'string', door: 'string', area: 'string' },
  })
  .registerVariable('details', 'map<string, dyn>');

/**
 * Calls that let a short text cost a long time: patterns that backtrack (29 characters held the event loop for 17 s),
 * and loops, which nest.
 */
const refusedCalls: Readonly<Record<string, string>> = {
  matches: 'use ==, in, startsWith(), endsWith() or contains()',
  ...Object.fromEntries(['all', 'exists', 'exists_one', 'map', 'filter'].map((name) => [name, 'write the comparisons one by one, or use `in`'])),
};

/** Why the text is no condition; undefined where it is one. */
export function conditionProblem(text: string): string | undefined {
  try {
    const parsed = environment.parse(text);
    const refused = callsIn(parsed.ast).find((name) => name in refusedCalls);
    if (refused !== undefined) return `${refused}() is not allowed in a rule, because it can take for ever: ${refusedCalls[refused] ?? ''}`;
    const { valid, type, error } = parsed.check();
    if (!valid) return `${firstLine(error)}; an event has kind, phase, point, device, door and area, and \`details\` what its protocol tells`;
    if (type !== 'bool' && type !== 'dyn') return `the condition is a ${type ?? 'value'}, not something true or false: compare it with something`;
    return undefined;
  } catch (error) {
    return `${firstLine(error)}; write a condition in CEL such as \`details.reason == 'expired'\``;
  }
}

/**
 * A condition that is ready to be asked. What the event does not tell makes it false; `has(details.x)` asks for that.
 * @throws Error for a text of which `conditionProblem` finds something.
 */
export function condition(text: string): (event: LocatedEvent) => boolean {
  const evaluate = environment.parse(text);
  return (event) => {
    const { kind, phase, point, device, place, details } = event;
    try {
      return evaluate({ event: { kind, phase, point, device, door: place.door ?? '', area: place.areas[0] ?? '' }, details }) === true;
    } catch {
      return false;
    }
  };
}

function callsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(callsIn);
  if (!isNode(node)) return [];
  const own = node.op === 'call' || node.op === 'rcall' ? [node.args[0]] : [];
  return [...own, ...callsIn(node.args)];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** The library draws the place below its message; the file and line are told by whoever reads the file. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : 'it cannot be read').split('\n')[0] ?? '';
}
