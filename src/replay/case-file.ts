import { dirname, resolve } from 'node:path';
import type { Rule } from '../correlation/rule-schema.ts';
import type { Site } from '../domain/site.ts';
import { loadRules } from '../site/load-rules.ts';
import { describeMistake } from '../site/read-site.ts';
import { coverage } from '../site/ptz-schema.ts';
import { siteFileSchema } from '../site/schema.ts';
import { readYaml } from '../site/yaml-source.ts';
import { caseFileSchema } from './case-schema.ts';
import type { RuleCase } from './case-schema.ts';

export interface CaseFile {
  readonly file: string;
  readonly site: Site;
  readonly rules: readonly Rule[];
  readonly cases: readonly RuleCase[];
}

/** Reads a file of rule tests with its site and rules. @throws Error that lists every mistake with its place. */
export function readCases(file: string): CaseFile {
  const source = readYaml(file);
  refuse(source.mistakes.map(describeMistake));
  const parsed = caseFileSchema.safeParse(source.value);
  if (!parsed.success) {
    throw mistakes(
      parsed.error.issues.map(({ path, message }) => {
        const { line, column } = source.position(path.map((part) => (typeof part === 'symbol' ? String(part) : part)));
        return `${file}:${line}:${column}: ${path.join('.')}: ${message}`;
      }),
    );
  }
  const beside = (path: string) => resolve(dirname(file), path);
  const site = outline(beside(parsed.data.site));
  const { rules, mistakes: found } = loadRules(parsed.data.rules.map(beside), site);
  refuse(found.map(describeMistake));
  return { file, site, rules, cases: parsed.data.cases };
}

/** A site as rules see it: adapters, options and addresses do not matter here and are not looked at. */
function outline(file: string): Site {
  const source = readYaml(file);
  refuse(source.mistakes.map(describeMistake));
  const parsed = siteFileSchema.safeParse(source.value);
  if (!parsed.success) throw mistakes(parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`));
  const { site, schedules, alarms, threatLevels, areas, devices, doors, readers, cameras, panels, zones } = parsed.data;
  return {
    ...site,
    schedules,
    ...(alarms && { alarms }),
    threatLevels,
    areas,
    devices: devices.map(({ id, name, adapter, area }) => ({ id, name, adapter, options: {}, ...(area !== undefined && { area }) })),
    doors: doors.map((door) => ({ ...door, type: 'door', at: undefined })),
    readers: readers.map((reader) => ({ ...reader, type: 'reader', at: undefined })),
    cameras: cameras.map((camera) => ({ ...camera, ...coverage(camera.covers), type: 'camera', at: undefined })),
    panels: panels.map((panel) => ({ ...panel, type: 'panel', at: undefined })),
    zones: zones.map((zone) => ({ ...zone, type: 'zone', device: panels.find(({ id }) => id === zone.panel)?.device ?? '', at: undefined })),
  };
}

function refuse(found: readonly string[]): void {
  if (found.length > 0) throw mistakes(found);
}

function mistakes(found: readonly string[]): Error {
  return new Error(`the rule tests cannot be run:\n${found.join('\n')}`);
}
