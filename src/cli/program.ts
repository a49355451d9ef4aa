import { UsageError } from './command.ts';
import type { Command } from './command.ts';

/** The commands, each in the file of its name; only what is asked for is loaded. */
const commands = [
  'run',
  'lab',
  'check',
  'backup',
  'restore',
  'test-rules',
  'explain',
  'replay',
  'discover',
  'tap',
  'account',
  'token',
  'passcode',
] as const;
const loaded = async (command: string) => ((await import(`./${command}.ts`)) as { default: Command }).default;

const [name = 'help', ...args] = process.argv.slice(2);
const command = commands.some((each) => each === name) ? await loaded(name) : undefined;

if (command === undefined || args.includes('--help')) {
  const known = command === undefined ? await Promise.all(commands.map(loaded)) : [command];
  const asked = name === 'help' || name === '--help' || command !== undefined;
  if (!asked) console.error(`sallyport: there is no command "${name}"`);
  console.log(`Usage:\n${known.map(({ usage, summary }) => `  ${usage}\n      ${summary}`).join('\n')}`);
  process.exitCode = asked ? 0 : 2;
} else {
  try {
    // Everything has been closed by now; a timer that a library left behind must not hold the process.
    process.exit(await command.run(args));
  } catch (error) {
    // parseArgs reports a wrong option by an error with a code of its own.
    const usage = error instanceof UsageError || String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
    console.error(`sallyport ${command.name}: ${(error as Error).message}${usage ? `\nUsage: ${command.usage}` : ''}`);
    // What had been opened before it failed must not hold the process either.
    process.exit(usage ? 2 : 1);
  }
}
