import type { LocatedEvent } from '../domain/event.ts';
import { NORMAL_THREAT } from '../domain/threat.ts';
import { conditionProblemIn, limitedEnvironment } from './cel.ts';

/** What a condition can look at; numbers are doubles. */
const environment = limitedEnvironment()
  .registerVariable({
    name: 'event',
    schema: { kind: 'string', phase: 'string', point: 'string', device: 'string', door: 'string', area: 'string' },
  })
  .registerVariable('details', 'map<string, dyn>')
  .registerVariable('threat', 'string');

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
