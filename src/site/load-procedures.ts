import { isLeadRule } from '../correlation/rule-schema.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import type { Site } from '../domain/site.ts';
import { procedureFileSchema } from '../procedures/schema.ts';
import type { Procedure } from '../procedures/schema.ts';
import { choice, mistake, schemaMistakes } from './mistakes.ts';
import { readYaml } from './yaml-source.ts';
import type { Mistake, Path, YamlSource } from './yaml-source.ts';

interface Loaded {
  readonly procedures: readonly Procedure[];
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads a site's procedure files and checks them against its rules and its site, where these are known. With mistakes, the procedures are not fit for use.
 * @throws Error when a file cannot be read.
 */
export function loadProcedures(files: readonly string[], rules?: readonly Rule[], site?: Site): Loaded {
  const kinds = rules && [...new Set(rules.flatMap((rule) => (isLeadRule(rule) && rule.opens !== undefined ? [rule.opens.incident] : [])))];
  const loaded = files.map((file) => loadFile(readYaml(file), kinds, site));
  return { procedures: loaded.flatMap(({ procedures }) => procedures), mistakes: loaded.flatMap(({ mistakes }) => mistakes) };
}

/** The identifiers of the procedures in these files, as far as they can be read. @throws Error when a file cannot be read. */
export function procedureIds(files: readonly string[]): ReadonlySet<string> {
  const read = files.map((file) => procedureFileSchema.safeParse(readYaml(file).value));
  return new Set(read.flatMap(({ data }) => data?.procedures ?? []).map(({ id }) => id));
}

function loadFile(source: YamlSource, kinds: readonly string[] | undefined, site: Site | undefined): Loaded {
  if (source.mistakes.length > 0) return { procedures: [], mistakes: source.mistakes };
  const parsed = procedureFileSchema.safeParse(source.value);
  if (!parsed.success) return { procedures: [], mistakes: schemaMistakes(source, parsed.error.issues, [], () => []) };
  const { callLists, procedures } = parsed.data;
  const named = procedures.map((procedure): Procedure => ({ ...procedure, callLists }));
  return {
    procedures: named,
    mistakes: named.flatMap((procedure, index) => referenceMistakes(source, ['procedures', index], procedure, kinds, site)),
  };
}

/** What no schema can see: identifiers used twice, kinds of incident, areas, doors, cameras and call lists that there are not. */
function referenceMistakes(
  source: YamlSource,
  path: Path,
  procedure: Procedure,
  kinds: readonly string[] | undefined,
  site: Site | undefined,
): Mistake[] {
  const refers = (at: Path, given: string | undefined, known: readonly string[] | undefined, what: string): Mistake[] =>
    given === undefined || known === undefined || known.includes(given)
      ? []
      : [mistake(source, [...path, ...at], `there is no ${what} "${given}"`, `write ${choice(given, known)}`)];
  const ids = procedure.steps.map(({ id }) => id);
  return [
    ...(procedure.for?.incidents ?? []).flatMap((kind, index) => refers(['for', 'incidents', index], kind, kinds, 'rule that opens the incident')),
    ...(procedure.for?.areas ?? []).flatMap((area, index) =>
      refers(
        ['for', 'areas', index],
        area,
        site?.areas.map(({ id }) => id),
        'area',
      ),
    ),
    ...procedure.steps.flatMap((step, index) => [
      ...(ids.indexOf(step.id) === index
        ? []
        : [mistake(source, [...path, 'steps', index, 'id'], `the step "${step.id}" exists already`, 'give it an identifier of its own')]),
      ...('call' in step ? refers(['steps', index, 'call'], step.call, Object.keys(procedure.callLists), 'call list') : []),
      ...('door' in step
        ? refers(
            ['steps', index, 'at'],
            step.at,
            site?.doors.map(({ id }) => id),
            'door',
          )
        : []),
      ...('preset' in step
        ? refers(
            ['steps', index, 'camera'],
            step.camera,
            site?.cameras.map(({ id }) => id),
            'camera',
          )
        : []),
    ]),
  ];
}
