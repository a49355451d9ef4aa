import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parse, stringify } from 'yaml';
import { freePorts } from './free-ports.ts';

const root = resolve(import.meta.dirname, '..', '..');
const program = join(root, 'src', 'cli', 'sallyport.mjs');
const siteFile = join(root, 'config', 'sites', 'lab.yaml');
const simulatorsFile = join(root, 'simulators', 'lab.yaml');

export const LAB_PASSWORD = 'a password of the tests';

/** The lab's two files with ports of their own, so that tests run beside each other and beside a lab. */
export interface LabFiles {
  readonly folder: string;
  readonly site: string;
  readonly simulators: string;
  readonly data: string;
  /** Address of the simulators' control interface. */
  readonly control: string;
  remove(): void;
}

/** Writes them; `change` may alter the site first. */
export async function labFiles(change: (site: Record<string, unknown>) => void = () => undefined): Promise<LabFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-lab-'));
  const site = parse(readFileSync(siteFile, 'utf8')) as Record<string, unknown> & { lab: { control: string } };
  const simulators = parse(readFileSync(simulatorsFile, 'utf8')) as { control: { port: number } };
  const inUse = [...new Set([8080, ...portsIn(site), ...portsIn(simulators)])];
  const free = await freePorts(inUse.length);
  const moved = new Map(inUse.map((port, index) => [port, free[index] ?? 0]));
  const data = join(folder, 'data');
  const newSite = relocated(site, moved) as typeof site;
  newSite['console'] = { port: moved.get(8080) };
  const control = `http://127.0.0.1:${moved.get(simulators.control.port) ?? 0}`;
  newSite.lab = { control };
  change(newSite);
  const files = { folder, data, control, site: join(folder, 'site.yaml'), simulators: join(folder, 'simulators.yaml') };
  writeFileSync(files.site, stringify(newSite));
  writeFileSync(files.simulators, stringify(relocated(simulators, moved)));
  return { ...files, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A process of the command-line program, whose output a test can wait for. */
export class Program {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  #waiting: { pattern: RegExp; found: (line: string) => void }[] = [];

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [program, ...args], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        for (const { pattern, found } of this.#waiting) if (pattern.test(line)) found(line);
      });
    }
  }

  /** The first line that fits, printed before or yet to come. @throws with everything printed when the process ends before. */
  async line(pattern: RegExp): Promise<string> {
    const printed = this.lines.find((line) => pattern.test(line));
    if (printed !== undefined) return printed;
    return new Promise((found, failed) => {
      this.#waiting.push({ pattern, found });
      this.child.once('exit', (code) =>
        failed(new Error(`the program ended with ${code ?? 'a signal'} before it printed ${String(pattern)}:\n${this.lines.join('\n')}`)),
      );
    });
  }

  /** Tells it to stop as Ctrl-C does; resolves to its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }
}

/** A lab that runs: simulators, gateway and console. */
export interface Lab {
  readonly url: string;
  readonly program: Program;
  readonly files: LabFiles;
  trigger(scenario: string): Promise<void>;
  /** Makes a simulator do something, or go wrong. */
  simulator(id: string, what: 'stimuli' | 'faults', name: string, args?: Record<string, string | number | boolean>): Promise<void>;
}

/** Starts the lab as a user does, on ports of its own. */
export async function startLab(files: LabFiles): Promise<Lab> {
  const started = new Program(['lab', '--site', files.site, '--simulators', files.simulators, '--data', files.data], {
    SALLYPORT_LAB_PASSWORD: LAB_PASSWORD,
  });
  const line = await started.line(/^Sallyport lab: http/);
  const url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
  const post = async (path: string, body: unknown = {}) => {
    const response = await fetch(files.control + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  return {
    url,
    files,
    program: started,
    trigger: (scenario) => post(`/scenarios/${scenario}`),
    simulator: (id, what, name, args = {}) => post(`/simulators/${id}/${what}/${name}`, args),
  };
}

const portKeys = new Set(['port', 'httpPort', 'rtspPort', 'localPort', 'bindPort']);

function portsIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(portsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (portKeys.has(key) && typeof each === 'number' && each !== 0 ? [each] : portsIn(each)));
}

/** The same with other ports, and with paths that no longer depend on where the file is. */
function relocated(value: unknown, ports: ReadonlyMap<number, number>, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => relocated(each, ports, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, relocated(each, ports, name)]));
  if (typeof value === 'number' && portKeys.has(key)) return ports.get(value) ?? value;
  if (typeof value === 'string' && key === 'url') return value.replace(/:(\d+)/, (_all, port: string) => `:${ports.get(Number(port)) ?? port}`);
  if (typeof value === 'string' && ['file', 'rules', 'procedures'].includes(key)) return resolve(dirname(siteFile), value);
  return value;
}
