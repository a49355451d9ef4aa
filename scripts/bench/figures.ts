import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** The p-th percentile (0 to 100) by the nearest-rank method. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** One line of a table of durations in milliseconds. */
export function durations(name: string, values: readonly number[]): string {
  const figures = [50, 95, 99].map((p) => percentile(values, p).toFixed(1).padStart(9));
  return `${name.padEnd(62)}${String(values.length).padStart(5)}${figures.join('')}`;
}

/** The head of that table. */
export const durationsHead = `${'milliseconds'.padEnd(62)}${'n'.padStart(5)}${['p50', 'p95', 'p99'].map((name) => name.padStart(9)).join('')}`;

/** What the figures were taken on. */
export function machine(): string {
  const { model } = cpus()[0] ?? { model: 'unknown processor' };
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?';
  return `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}; load average at the start ${load}`;
}
