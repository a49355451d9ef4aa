import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { below, partOf, seeded } from '../test/fuzz/support/random.ts';
import { targetFiles, targetsOf } from '../test/fuzz/support/targets.ts';
import type { Target } from '../test/fuzz/support/targets.ts';

// npm run fuzz -- [--minutes 20] [--target PART-OF-A-NAME] [--seed N] [--part N] [--inputs N]
//
// Tries random and mutated input on everything that takes bytes from outside: a million inputs for each codec, a hundred thousand for each socket,
// or as many as the time allows. Each target runs in a process of its own, part by part; a part that crashes, does not end or fails is named by its
// seed, and `--seed S --target NAME --part N` runs it again. Exit code 1 when anything was found.

const goals = { codec: 1_000_000, socket: 100_000 };
const partSize = { codec: 20_000, socket: 5000 };
/** A part that takes longer hangs. */
const hangsAfterMs = 300_000;
/** What is held after the run beyond what was held after its first part: more is a leak. */
const leakBytes = 48 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    target: { type: 'string', default: '' },
    seed: { type: 'string' },
    part: { type: 'string' },
    inputs: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
});

interface Progress {
  /** Parts that are done. */
  readonly parts: number;
  readonly inputs: number;
  /** After a collection of garbage. */
  readonly heapBytes: number;
}

type Outcome = 'goal reached' | 'time is up' | 'FAILED' | 'HANGS' | 'LEAKS';

/** Runs one target's parts until the goal or the parent's patience ends. In the child process. */
async function runTarget(target: Target, seed: number, goal: number, only: number | undefined): Promise<void> {
  const size = partSize[target.kind];
  const parts = only === undefined ? Math.ceil(goal / size) : only + 1;
  for (let part = only ?? 0; part < parts; part += 1) {
    await target.run(seeded(partOf(seed, target.name, part)), size);
    globalThis.gc?.();
    process.send?.({
      parts: part + 1,
      inputs: (part + 1) * size,
      heapBytes: process.memoryUsage().heapUsed + process.memoryUsage().external,
    } satisfies Progress);
  }
}

/** Runs a target in a process of its own and watches it. */
async function watch({ name, kind }: Target, seed: number, budgetMs: number): Promise<boolean> {
  const child = fork(import.meta.filename, ['--child', '--target', name, '--seed', String(seed), ...passedOn()], {
    execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')],
  });
  const startedAt = performance.now();
  let first: Progress | undefined;
  let last: Progress = { parts: 0, inputs: 0, heapBytes: 0 };
  let ended: Exclude<Outcome, 'goal reached' | 'FAILED'> | undefined;
  const give = (why: NonNullable<typeof ended>) => {
    ended = why;
    child.kill('SIGKILL');
  };
  let watchdog = setTimeout(() => give('HANGS'), hangsAfterMs);
  child.on('message', (message) => {
    last = message as Progress;
    first ??= last;
    clearTimeout(watchdog);
    watchdog = setTimeout(() => give('HANGS'), hangsAfterMs);
    if (last.heapBytes - first.heapBytes > leakBytes) give('LEAKS');
    else if (performance.now() - startedAt > budgetMs) give('time is up');
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(watchdog);
  const outcome: Outcome = ended ?? (code === 0 ? 'goal reached' : 'FAILED');
  const seconds = (performance.now() - startedAt) / 1000;
  const heap = `heap ${megabytes(first?.heapBytes)} -> ${megabytes(last.heapBytes)}`;
  console.log(`${outcome.padEnd(12)} ${name}: ${last.inputs} of ${goals[kind]} inputs in ${seconds.toFixed(1)} s, ${heap}`);
  if (outcome === 'goal reached' || outcome === 'time is up') return true;
  console.log(`             exit code ${code ?? 'none'}; again: npm run fuzz -- --seed ${seed} --target '${name}' --part ${last.parts}`);
  return false;
}

function passedOn(): string[] {
  return [...(values.part === undefined ? [] : ['--part', values.part]), ...(values.inputs === undefined ? [] : ['--inputs', values.inputs])];
}

function megabytes(bytes = 0): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const seed = Number(values.seed ?? below(Math.random, 2 ** 31));
const all = (await Promise.all(targetFiles.map(targetsOf))).flat();
if (values.child) {
  const target = all.find(({ name }) => name === values.target);
  if (target === undefined) throw new Error(`there is no target "${values.target}"`);
  await runTarget(target, seed, Number(values.inputs ?? goals[target.kind]), values.part === undefined ? undefined : Number(values.part));
  process.exit(0);
} else {
  const chosen = all.filter(({ name }) => name.includes(values.target));
  console.log(`seed ${seed}, ${chosen.length} targets, at most ${values.minutes} minutes`);
  const endAt = performance.now() + Number(values.minutes) * 60_000;
  let found = chosen.length === 0 ? 1 : 0;
  for (const [index, target] of chosen.entries()) {
    const budgetMs = (endAt - performance.now()) / (chosen.length - index);
    if (!(await watch(target, seed, budgetMs))) found += 1;
  }
  process.exitCode = found > 0 ? 1 : 0;
}
