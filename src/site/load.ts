import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { Adapters } from '../adapter/loader.ts';
import type { Camera, Device, Door, Panel, Reader, Site, Zone } from '../domain/site.ts';
import { coverageWarnings } from './coverage.ts';
import { mistake, schemaMistakes } from './mistakes.ts';
import { coverage } from './ptz-schema.ts';
import { referenceMistakes } from './references.ts';
import { siteFileSchema } from './schema.ts';
import { budgetWarnings } from './video-budget.ts';
import type { SiteFile, pointLists } from './schema.ts';
import { isError, parseYaml, readYaml } from './yaml-source.ts';
import type { Mistake, Path, YamlSource } from './yaml-source.ts';

/** A site file that has been read. With errors among the mistakes there is no site. */
export interface LoadedSite {
  readonly mistakes: readonly Mistake[];
  readonly site?: Site;
  readonly console?: SiteFile['console'];
  readonly video?: SiteFile['video'];
  readonly labControl?: string;
  readonly escalation?: SiteFile['escalation'];
  /** Absolute paths of the rule files. */
  readonly ruleFiles: readonly string[];
  /** Absolute paths of the procedure files. */
  readonly procedureFiles: readonly string[];
}

/**
 * Reads a site file and checks all of it: the YAML, its fields, each device's options and each point's address by its
 * adapter's schema, and every reference. Every mistake is listed, not the first alone; of the YAML itself the first.
 * @throws Error when the file cannot be read at all.
 */
export function loadSite(path: string, adapters: Adapters): LoadedSite {
  const source = readYaml(path);
  const loaded = loadSource(path, source, adapters);
  const missing = [...missingFiles(source, 'rules', loaded.ruleFiles), ...missingFiles(source, 'procedures', loaded.procedureFiles)];
  // Without them, nothing else can be judged that the site file names.
  return missing.length === 0 ? loaded : { mistakes: [...loaded.mistakes, ...missing], ruleFiles: [], procedureFiles: [] };
}

/** The same for a text that would stand in the file at `path`. */
export function loadSiteText(path: string, text: string, adapters: Adapters): LoadedSite {
  return loadSource(path, parseYaml(path, text), adapters);
}

function missingFiles(source: YamlSource, list: 'rules' | 'procedures', files: readonly string[]): Mistake[] {
  return files.flatMap((file, index) =>
    existsSync(file)
      ? []
      : [mistake(source, [list, index], `there is no file ${file}`, 'correct the path, which begins at the folder of the site file')],
  );
}

function loadSource(path: string, source: YamlSource, adapters: Adapters): LoadedSite {
  if (source.mistakes.length > 0) return { mistakes: source.mistakes, ruleFiles: [], procedureFiles: [] };
  const outline = siteFileSchema.safeParse(source.value);
  if (!outline.success) {
    return { mistakes: schemaMistakes(source, outline.error.issues, [], keysOf(siteFileSchema, [])), ruleFiles: [], procedureFiles: [] };
  }
  const file = outline.data;
  const checker = new AdapterChecker(source, adapters, file);
  const site: Site = {
    ...file.site,
    schedules: file.schedules,
    ...(file.alarms && { alarms: file.alarms }),
    ...(file.retention && { retention: file.retention }),
    threatLevels: file.threatLevels,
    areas: file.areas,
    devices: file.devices.map((device, index) => checker.device(device, index)),
    doors: file.doors.map((door, index): Door => ({ ...door, type: 'door', at: checker.at('door', door, ['doors', index]) })),
    readers: file.readers.map((reader, index): Reader => ({ ...reader, type: 'reader', at: checker.at('reader', reader, ['readers', index]) })),
    cameras: file.cameras.map((camera, index): Camera => ({
      ...camera,
      ...coverage(camera.covers),
      type: 'camera',
      at: checker.at('camera', camera, ['cameras', index]),
    })),
    panels: file.panels.map((panel, index): Panel => ({ ...panel, type: 'panel', at: checker.at('panel', panel, ['panels', index]) })),
    zones: file.zones.map((zone, index): Zone => {
      const device = file.panels.find(({ id }) => id === zone.panel)?.device ?? '';
      return { ...zone, type: 'zone', device, at: checker.at('zone', { ...zone, device }, ['zones', index]) };
    }),
  };
  const mistakes = [...checker.mistakes, ...referenceMistakes(source, file, adapters)].sort((a, b) => a.line - b.line || a.column - b.column);
  const ruleFiles = file.rules.map((rule) => resolve(dirname(path), rule));
  const procedureFiles = file.procedures.map((procedure) => resolve(dirname(path), procedure));
  if (mistakes.some(isError)) return { mistakes, ruleFiles, procedureFiles };
  mistakes.push(...coverageWarnings(source, site), ...budgetWarnings(source, file));
  return {
    mistakes,
    ruleFiles,
    procedureFiles,
    site,
    console: file.console,
    ...(file.escalation && { escalation: file.escalation }),
    video: file.video,
    ...(file.lab && { labControl: file.lab.control }),
  };
}

/** Checks options and addresses by the schemas of the adapters that will use them. */
class AdapterChecker {
  readonly mistakes: Mistake[] = [];
  readonly #source: YamlSource;
  readonly #adapters: Adapters;
  readonly #file: SiteFile;

  constructor(source: YamlSource, adapters: Adapters, file: SiteFile) {
    this.#source = source;
    this.#adapters = adapters;
    this.#file = file;
  }

  device(device: SiteFile['devices'][number], index: number): Device {
    const { id, name, adapter, area, ...options } = device;
    const schema = this.#adapters.get(adapter)?.options;
    const parsed = schema === undefined ? options : this.#parse(schema, options, ['devices', index], ['id', 'name', 'adapter', 'area']);
    return { id, name, adapter, options: parsed, ...(area !== undefined && { area }) };
  }

  /** An address may be left out where the adapter's schema accepts an empty one. */
  at(type: (typeof pointLists)[number][1], point: { device: string; at?: unknown }, path: Path): unknown {
    const adapter = this.#file.devices.find(({ id }) => id === point.device)?.adapter;
    const schema = this.#adapters.get(adapter ?? '')?.points[type];
    if (schema === undefined) return point.at;
    return this.#parse(schema, point.at ?? {}, [...path, 'at'], []);
  }

  #parse(schema: z.ZodType, value: unknown, path: Path, ownKeys: readonly string[]): unknown {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    this.mistakes.push(...schemaMistakes(this.#source, result.error.issues, path, keysOf(schema, path, ownKeys)));
    return undefined;
  }
}

/** The fields that a schema knows at a path below `base`, read off its JSON Schema. */
function keysOf(schema: z.ZodType, base: Path, extra: readonly string[] = []): (path: Path) => readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return (path) => {
    const below = path.slice(base.length);
    const keys = below
      .reduce<JsonSchema[]>((schemas, part) => schemas.flatMap((each) => inside(each, part)), alternatives(root))
      .flatMap((each) => Object.keys(each.properties ?? {}));
    return [...new Set([...(below.length === 0 ? extra : []), ...keys])];
  };
}

interface JsonSchema {
  readonly properties?: Record<string, unknown>;
  readonly items?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
}

function alternatives(schema: unknown): JsonSchema[] {
  const { anyOf, oneOf } = schema as JsonSchema;
  return [schema as JsonSchema, ...((anyOf ?? oneOf ?? []) as unknown[]).flatMap(alternatives)];
}

function inside(schema: JsonSchema, part: string | number): JsonSchema[] {
  const next = typeof part === 'number' ? schema.items : schema.properties?.[part];
  return next === undefined ? [] : alternatives(next);
}
