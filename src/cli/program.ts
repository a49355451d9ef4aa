import account from './account.ts';
import backup from './backup.ts';
import check from './check.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import discover from './discover.ts';
import explain from './explain.ts';
import lab from './lab.ts';
import passcode from './passcode.ts';
import replay from './replay.ts';
import restore from './restore.ts';
import run from './run.ts';
import tap from './tap.ts';
import testRules from './test-rules.ts';
import token from './token.ts';

const commands: readonly Command[] = [run, lab, check, backup, restore, testRules, explain, replay, discover, tap, account, token, passcode];

const [name = 'help', ...args] = process.argv.slice(2);
const command = commands.find((each) => each.name === name);

if (command === undefined || args.includes('--help')) {
  const known = command === undefined ? commands : [command];
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
