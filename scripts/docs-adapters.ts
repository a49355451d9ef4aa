import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format } from 'prettier';
import type { z } from 'zod';
import type { AdapterDefinition } from '../src/adapter/contract.ts';
import { loadAdapters } from '../src/adapter/loader.ts';
import { kinds } from '../src/domain/kinds.ts';
import { fieldsOf } from './docs-adapters/fields.ts';
import { qualityItems, readQuality } from './docs-adapters/quality.ts';
import type { Item, Quality } from './docs-adapters/quality.ts';

// node --import tsx scripts/docs-adapters.ts
//
// Writes docs/adapters/README.md from the adapters' definitions and their `quality.yaml`. A test fails when the file is stale.

export const pageFile = join(import.meta.dirname, '..', 'docs', 'adapters', 'README.md');

/** The page about all adapters. */
export async function adaptersPage(): Promise<string> {
  const adapters = [...(await loadAdapters()).values()].sort((a, b) => a.name.localeCompare(b.name));
  const qualities = new Map(adapters.map(({ name }) => [name, readQuality(name)]));
  const page = [
    '# Adapters',
    'Generated from the adapters by `node --import tsx scripts/docs-adapters.ts`: change them, not this page. How to write one: [writing an adapter](writing-an-adapter.md).',
    table(
      ['adapter', 'for', 'points', 'commands'],
      adapters.map(({ name, summary, points }) => [
        `[${name}](#${name})`,
        summary,
        Object.keys(points).join(', '),
        commandsOf(qualities.get(name))
          .map(({ type, names }) => `${type}: ${names.join(', ')}`)
          .join('; ') || 'none',
      ]),
    ),
    '## Quality',
    'Every adapter is tried by the same [conformance battery](../../test/conformance/). What each item means is below the table.',
    table(
      ['item', ...adapters.map(({ name }) => name)],
      qualityItems.map(({ name }) => [name, ...adapters.map((adapter) => stateOf(qualities.get(adapter.name), name))]),
    ),
    qualityItems.map(({ name, meaning }) => `- \`${name}\`: ${meaning}`).join('\n'),
    ...adapters.map((adapter) => section(adapter, qualities.get(adapter.name))),
  ].join('\n\n');
  return format(page, { parser: 'markdown', printWidth: 150 });
}

function section(adapter: AdapterDefinition, quality: Quality | undefined): string {
  const { name, summary } = adapter;
  const points = Object.entries<z.ZodType>(adapter.points);
  return [
    `## ${name}`,
    `${summary}. More in its [README](../../adapters/${name}/README.md).`,
    '### Options',
    fieldTable(adapter.options),
    ...points.flatMap(([type, schema]) => [`### \`at\` of a ${type}`, fieldTable(schema)]),
    '### Events',
    `It may report: ${adapter.kinds.map((kind) => `\`${kind}\` (${kinds[kind].severity})`).join(', ')}.`,
    '### Commands',
    commandsOf(quality)
      .map(({ type, names }) => `- ${type}: ${names.map((name) => `\`${name}\``).join(', ')}`)
      .join('\n') || 'It has none.',
    ...remarks(quality),
  ].join('\n\n');
}

function fieldTable(schema: z.ZodType): string {
  const fields = fieldsOf(schema);
  if (fields.length === 0) return 'Nothing: leave it out.';
  return table(
    ['field', 'value', 'default', 'meaning'],
    fields.map(({ path, value, fallback, meaning }) => [`\`${path}\``, value, fallback, meaning]),
  );
}

function remarks(quality: Quality | undefined): string[] {
  const lines = qualityItems.flatMap(({ name }) => {
    const state = quality?.[name];
    if (state === undefined || state === 'done') return [];
    return [`- \`${name}\` is exempt, because: ${state.exempt}.`];
  });
  return lines.length === 0 ? [] : ['### Quality, remarks', lines.join('\n')];
}

function stateOf(quality: Quality | undefined, item: Item): string {
  if (quality === undefined) return 'not assessed';
  return quality[item] === 'done' ? 'done' : 'exempt';
}

/** By the type of point; types without any are left out. */
function commandsOf(quality: Quality | undefined): { readonly type: string; readonly names: readonly string[] }[] {
  return Object.entries(quality?.commands ?? {}).flatMap(([type, names]) => (names.length === 0 ? [] : [{ type, names }]));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(dirname(pageFile), { recursive: true });
  writeFileSync(pageFile, await adaptersPage());
}
