import type { z } from 'zod';
import type { Mistake, Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** A mistake at `path` of the source; `key` points at a key inside it. */
export function mistake(source: YamlSource, path: Path, message: string, fix: string, options: { key?: string; severity?: 'warning' } = {}): Mistake {
  const { severity = 'error', key } = options;
  return { file: source.file, ...source.position(path, key), message: `${pathText(path)}${message}`, fix, severity };
}

/** Turns what a schema found wrong into mistakes with their place and their fix. `base`: the path of the value that was checked. */
export function schemaMistakes(source: YamlSource, issues: readonly Issue[], base: Path, knownKeys: (path: Path) => readonly string[]): Mistake[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => mistake(source, path, `unknown field "${key}"`, unknownKeyFix(key, knownKeys(path)), { key }));
      case 'invalid_type':
        return valueAt(source.value, path) === undefined
          ? [mistake(source, path.slice(0, -1), `"${String(path.at(-1))}" is missing`, `add "${String(path.at(-1))}: ..." (${issue.expected})`)]
          : [mistake(source, path, `expected ${issue.expected}, found ${shown(valueAt(source.value, path))}`, `write ${article(issue.expected)}`)];
      case 'invalid_value':
        return [
          mistake(
            source,
            path,
            `${shown(valueAt(source.value, path))} is not possible here`,
            `write ${choice(valueAt(source.value, path), issue.values.map(String))}`,
          ),
        ];
      case 'too_small':
        return [
          mistake(
            source,
            path,
            `${shown(valueAt(source.value, path))} is too small`,
            `write at least ${issue.minimum}${issue.inclusive === false ? ' (not itself)' : ''}`,
          ),
        ];
      case 'too_big':
        return [mistake(source, path, `${shown(valueAt(source.value, path))} is too large`, `write at most ${issue.maximum}`)];
      case 'invalid_union':
        return unionMistakes(source, issue, path, knownKeys);
      default:
        return [mistake(source, path, `${shown(valueAt(source.value, path))} is not valid`, issue.message)];
    }
  });
}

/** Of the alternatives, the one that the writer came closest to is the one to explain. */
function unionMistakes(
  source: YamlSource,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  knownKeys: (path: Path) => readonly string[],
): Mistake[] {
  const closest = [...issue.errors]
    .filter((alternative) => alternative.some((each) => each.path.length > 0 || each.code === 'unrecognized_keys'))
    .sort((a, b) => a.length - b.length)[0];
  if (closest !== undefined) return schemaMistakes(source, closest, path, knownKeys);
  // The value is not repeated: it may be a secret that was written where its reference belongs.
  return [mistake(source, path, 'this is not possible here', issue.message)];
}

/** "did you mean ...?", or all there are to choose from. */
export function choice(given: unknown, known: readonly string[]): string {
  if (known.length === 0) return 'nothing: there is none to refer to yet';
  const near = typeof given === 'string' ? nearest(given, known) : undefined;
  return near === undefined ? `one of: ${known.join(', ')}` : `"${near}"? Possible: ${known.join(', ')}`;
}

function unknownKeyFix(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== undefined) return `write "${near}"`;
  return known.length === 0 ? 'remove it' : `remove it; known fields: ${known.join(', ')}`;
}

function nearest(given: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((word) => ({ word, distance: editDistance(given.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : undefined;
}

/** Levenshtein distance in which two neighbours that changed places count once: the commonest slip of the fingers. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const cell = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const changed = cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(i - 2, j - 2) + 1 : Infinity;
      rows[i]?.push(Math.min(changed, swapped, cell(i - 1, j) + 1, cell(i, j - 1) + 1));
    }
  }
  return cell(a.length, b.length);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined),
    value,
  );
}

function shown(value: unknown): string {
  // An address may hold a password where none belongs.
  const text = (JSON.stringify(value) as string | undefined)?.replace(/:\/\/[^/@\s]*@/g, '://...@');
  return text === undefined ? 'nothing' : text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

/** `devices[0].port: `; empty at the top of the file. */
function pathText(path: Path): string {
  if (path.length === 0) return '';
  return `${path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('')}: `;
}
