import { conditionProblemIn, limitedEnvironment } from '../correlation/cel.ts';
import type { Incident } from '../domain/incident.ts';

/** What a condition can look at. */
const environment = limitedEnvironment()
  .registerVariable('answers', 'map<string, string>')
  .registerVariable({
    name: 'incident',
    schema: { kind: 'string', priority: 'double', condition: 'string', point: 'string', door: 'string', area: 'string', test: 'bool' },
  });

/** Why the text is no condition of a step; undefined where it is one. */
export function procedureConditionProblem(text: string): string | undefined {
  return conditionProblemIn(environment, text, {
    knows: 'there are `answers` by the identifiers of their steps, and incident.kind, priority, condition, point, door, area and test',
    example: "answers.anybody_there == 'yes'",
  });
}

/** Whether the condition holds. A question that nobody has answered makes it false. */
export function holds(text: string, answers: Readonly<Record<string, string>>, incident: Incident): boolean {
  const { kind, priority, condition, point, door = '', areas, test = false } = incident;
  try {
    return evaluator(text)({ answers, incident: { kind, priority, condition, point, door, area: areas[0] ?? '', test } }) === true;
  } catch {
    return false;
  }
}

type Evaluator = (context: Record<string, unknown>) => unknown;

/** Taken apart once: the texts come from files, so there are few. */
const evaluators = new Map<string, Evaluator>();

function evaluator(text: string): Evaluator {
  const known = evaluators.get(text) ?? environment.parse(text);
  evaluators.set(text, known);
  return known;
}
