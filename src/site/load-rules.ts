import { readRules } from '../correlation/read-rules.ts';
import type { SiteNames } from '../correlation/read-rules.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import { mistake } from './mistakes.ts';
import { readYaml } from './yaml-source.ts';
import type { Mistake } from './yaml-source.ts';

/**
 * Reads a site's rule files and checks them together, and against the site and the identifiers of its procedures where they are known. With mistakes, the rules are not fit for use.
 * @throws Error when a file cannot be read.
 */
export function loadRules(
  files: readonly string[],
  site?: Site,
  procedures?: ReadonlySet<string>,
): { readonly rules: readonly Rule[]; readonly mistakes: readonly Mistake[] } {
  const sources = files.map((file) => readYaml(file));
  const broken = sources.flatMap(({ mistakes }) => mistakes);
  if (broken.length > 0) return { rules: [], mistakes: broken };
  const { rules, problems } = readRules(
    sources.map(({ file, value }) => ({ file, document: value })),
    site && { ...namesOf(site), ...(procedures && { procedures }) },
  );
  const mistakes = problems.flatMap(({ file, path, message }) => {
    const source = sources.find((each) => each.file === file);
    return source === undefined ? [] : [mistake(source, path, 'this is not how a rule is written', message)];
  });
  return { rules, mistakes };
}

function namesOf(site: Site): SiteNames {
  return {
    places: new Set([...site.areas, ...site.devices, ...pointsOf(site)].map(({ id }) => id)),
    schedules: new Set(site.schedules?.map(({ id }) => id)),
    threatLevels: new Set(site.threatLevels?.map(({ id }) => id)),
  };
}
