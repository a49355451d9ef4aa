import { readFileSync } from 'node:fs';
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';

export type Path = readonly (string | number)[];

/** One mistake in a file, where it is and what to do about it. */
export interface Mistake {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
  /** A warning lets the gateway start. */
  readonly severity: 'error' | 'warning';
}

/** Whether the gateway cannot start with it. */
export function isError({ severity }: Pick<Mistake, 'severity'>): boolean {
  return severity === 'error';
}

/** A YAML file that remembers where each of its values stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Mistakes of the YAML itself. */
  readonly mistakes: readonly Mistake[];
  /** Line and column (from 1) of the value at `path`, of its nearest parent where it is missing, or of the key named `key` inside it. */
  position(path: Path, key?: string): { line: number; column: number };
}

/** Reads and parses a YAML file. @throws Error naming the file when it cannot be read. */
export function readYaml(file: string): YamlSource {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(
      `cannot read ${file}: ${(cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message}`,
      { cause },
    );
  }
  return parseYaml(file, text);
}

/** Parses YAML that stands, or would stand, in `file`. */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  // The first alone: one slip makes a parser stumble over half of what follows.
  const mistakes = document.errors.slice(0, 1).map(({ message, pos }) => ({
    file,
    ...at(pos[0]),
    message,
    fix: 'correct the YAML: check indentation (spaces, not tabs), colons and quotes',
    severity: 'error' as const,
  }));
  return {
    file,
    value: mistakes.length > 0 ? undefined : (document.toJS() as unknown),
    mistakes,
    position: (path, key) => at(offsetOf(document, path, key)),
  };
}

function offsetOf(document: Document.Parsed, path: Path, key: string | undefined): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    const keyNode = length === path.length && key !== undefined ? keyOf(node, key) : undefined;
    return (keyNode ?? keyInParent(document, path.slice(0, length)) ?? node).range?.[0] ?? 0;
  }
  return 0;
}

/** A list or map as a value begins on the next line; a person looks for its key. */
function keyInParent(document: Document.Parsed, path: Path): Node | undefined {
  const last = path.at(-1);
  if (typeof last !== 'string') return undefined;
  const value = document.getIn(path, true);
  if (!isMap(value) && !isSeq(value)) return undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  return isNode(parent) ? keyOf(parent, last) : undefined;
}

function keyOf(node: Node, key: string): Node | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? pair.key : undefined;
}
