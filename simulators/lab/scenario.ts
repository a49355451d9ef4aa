import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Simulator } from '../simulator.ts';

const argumentsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const stepSchema = z
  .strictObject({
    at: z.string().regex(/^\d+(\.\d+)?s$/, 'write seconds, such as "2.5s"'),
    simulator: z.string(),
    do: z.string().exactOptional(),
    fault: z.string().exactOptional(),
    with: argumentsSchema.default({}),
  })
  .refine((step) => (step.do === undefined) !== (step.fault === undefined), 'write either "do" or "fault"');

const scenarioSchema = z.strictObject({ title: z.string(), story: z.string(), steps: z.array(stepSchema).min(1) });

/** A time line of stimuli and faults, as `simulators/scenarios/NAME.yaml` has it. */
export interface Scenario extends z.infer<typeof scenarioSchema> {
  readonly name: string;
}

/** Reads every scenario of a folder and checks that it names what the simulators can do. @throws Error naming file and step. */
export function readScenarios(folder: string, simulators: ReadonlyMap<string, Simulator>): Scenario[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const scenarios = files.sort().map((file) => {
    const parsed = scenarioSchema.safeParse(parse(readFileSync(join(folder, file), 'utf8')));
    if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    for (const step of parsed.data.steps) actionOf(step, simulators, file);
    return { ...parsed.data, name: file.replace(/\.yaml$/, '') };
  });
  // What happens at the site comes before what happens to its wires.
  const isFault = ({ steps }: Scenario) => steps.some((step) => 'fault' in step);
  return [...scenarios.filter((each) => !isFault(each)), ...scenarios.filter(isFault)];
}

/** Plays a scenario's steps at their times, or so many times faster. @throws the first step's error, or the signal's reason. */
export async function play(scenario: Scenario, simulators: ReadonlyMap<string, Simulator>, signal: AbortSignal, faster = 1): Promise<void> {
  const start = performance.now();
  for (const step of [...scenario.steps].sort((a, b) => seconds(a) - seconds(b))) {
    await wait(Math.max(0, start + (seconds(step) * 1000) / faster - performance.now()), undefined, { signal });
    await actionOf(step, simulators, scenario.name)(step.with);
  }
}

type Step = Scenario['steps'][number];

function seconds(step: Step): number {
  return Number.parseFloat(step.at);
}

function actionOf(step: Step, simulators: ReadonlyMap<string, Simulator>, where: string) {
  const simulator = simulators.get(step.simulator);
  if (simulator === undefined) throw new Error(`${where}: there is no simulator "${step.simulator}"; there are ${[...simulators.keys()].join(', ')}`);
  const [actions, name] = step.do === undefined ? [simulator.faults, step.fault ?? ''] : [simulator.stimuli, step.do];
  const action = actions[name];
  if (action === undefined) throw new Error(`${where}: ${step.simulator} cannot "${name}"; it can ${Object.keys(actions).join(', ')}`);
  return action;
}
