import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AdapterDefinition } from './contract.ts';

/** Adapters by name. */
export type Adapters = ReadonlyMap<string, AdapterDefinition>;

const folder = join(import.meta.dirname, '..', '..', 'adapters');

/**
 * Loads every adapter that has a folder under `adapters/`; there is no central list.
 * @throws Error naming the folder whose `index.ts` does not export a definition of that name as `default`.
 */
export async function loadAdapters(): Promise<Adapters> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'index.ts')))
    .map(({ name }) => name);
  const definitions = await Promise.all(names.map(load));
  return new Map(definitions.map((definition) => [definition.name, definition]));
}

async function load(name: string): Promise<AdapterDefinition> {
  const definition = await loadAdapter(adapterModule(name));
  if (definition.name !== name) throw new Error(`adapters/${name}/index.ts must export as default a definition whose name is "${name}"`);
  return definition;
}

/** Address of the module that exports the adapter `name`. */
export function adapterModule(name: string): string {
  return pathToFileURL(join(folder, name, 'index.ts')).href;
}

/** The adapter that a module exports. @throws Error when it exports none. */
export async function loadAdapter(module: string): Promise<AdapterDefinition> {
  const { default: definition } = (await import(module)) as { default?: AdapterDefinition };
  if (definition === undefined) throw new Error(`${module} must export an adapter as default`);
  return definition;
}
