import type { LocatedEvent } from '../domain/event.ts';
import { NORMAL_THREAT } from '../domain/threat.ts';
import { conditionProblemIn, isNode, limitedEnvironment } from './cel.ts';

/** What a condition can look at; numbers are doubles. */
const environment = limitedEnvironment()
  .registerVariable({
    name: 'event',
    schema: { kind: 'string', phase: 'string', point: 'string', device: 'string', door: 'string', area: 'string' },
  })
  .registerVariable('details', 'map<string, dyn>')
  .registerVariable('threat', 'string');

/** A detail that must have one value, whatever else the condition asks. */
export interface Constant {
  readonly detail: string;
  readonly value: string;
}

/** The comparison with a constant that a condition cannot do without, so that it need not be asked of events that tell something else. */
export function constantOf(text: string): Constant | undefined {
  return constantIn(environment.parse(text).ast);
}

function constantIn(node: unknown): Constant | undefined {
  if (!isNode(node) || !Array.isArray(node.args)) return undefined;
  const [left, right] = node.args as readonly unknown[];
  if (node.op === '&&') return constantIn(left) ?? constantIn(right);
  if (node.op !== '==' || !isNode(left) || !isNode(right) || left.op !== '.' || right.op !== 'value') return undefined;
  const [of, detail] = left.args as readonly unknown[];
  if (!isNode(of) || of.op !== 'id' || of.args !== 'details' || typeof detail !== 'string') return undefined;
  return typeof right.args === 'string' ? { detail, value: right.args } : undefined;
}

/** Why the text is no condition; undefined where it is one. */
export function conditionProblem(text: string): string | undefined {
  return conditionProblemIn(environment, text, {
    knows: 'an event has kind, phase, point, device, door and area, `details` is what its protocol tells, and `threat` the threat level of its area',
    example: "details.reason == 'expired'",
  });
}

/**
 * A condition that is ready to be asked. What the event does not tell makes it false; `has(details.x)` asks for that.
 * @throws Error for a text of which `conditionProblem` finds something.
 */
export function condition(text: string): (event: LocatedEvent, threat?: string) => boolean {
  const evaluate = environment.parse(text);
  return (event, threat = NORMAL_THREAT) => {
    const { kind, phase, point, device, place, details } = event;
    try {
      return evaluate({ event: { kind, phase, point, device, door: place.door ?? '', area: place.areas[0] ?? '' }, details, threat }) === true;
    } catch {
      return false;
    }
  };
}
