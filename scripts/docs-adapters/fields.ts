import { z } from 'zod';

/** One field of an adapter's options or of a point's address, in words for a table. */
export interface Field {
  /** With those that it stands in: `timeWindow.aheadSeconds`, `units[].unit`. */
  readonly path: string;
  readonly value: string;
  readonly fallback: string;
  readonly meaning: string;
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Beyond that the schema's own comments and the README are the better place. */
const DEEPEST = 2;

/** Every field that a schema takes. Fields of alternatives stand together, each once. */
export function fieldsOf(schema: z.ZodType): Field[] {
  return [...collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, '', 1)].map(([, field]) => field);
}

function collect(schema: JsonSchema, prefix: string, depth: number, found = new Map<string, Field>()): Map<string, Field> {
  for (const { properties = {}, required = [] } of alternatives(schema)) {
    for (const [name, field] of Object.entries(properties)) {
      const path = prefix + name;
      if (!found.has(path)) found.set(path, describe(path, field, required.includes(name)));
      if (isSecret(field) || depth === DEEPEST) continue;
      collect(field, `${path}.`, depth + 1, found);
      if (field.items) collect(field.items, `${path}[].`, depth + 1, found);
    }
  }
  return found;
}

function describe(path: string, field: JsonSchema, required: boolean): Field {
  const example = field.examples?.[0];
  const meaning = [field.description ?? '', ...(example === undefined ? [] : [`Example: \`${JSON.stringify(example)}\``])].filter(
    (part) => part !== '',
  );
  const fallback = field.default === undefined ? (required ? '(required)' : '') : `\`${JSON.stringify(field.default)}\``;
  return { path, value: valueOf(field), fallback, meaning: meaning.join('. ').replaceAll('..', '.') };
}

function valueOf(field: JsonSchema): string {
  if (isSecret(field)) return 'secret, by reference';
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((each) => `\`${JSON.stringify(each)}\``).join(', ');
  const others = field.anyOf ?? field.oneOf;
  if (others !== undefined) return [...new Set(others.map(valueOf))].join(' or ');
  if (field.type === 'array') return field.items === undefined ? 'list' : `list of ${valueOf(field.items)}`;
  return `${field.type ?? 'any'}${range(field)}`;
}

function range({ minimum, maximum }: JsonSchema): string {
  // Integers have the bounds of the number type where none are said.
  const least = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return ` from ${least ?? ''}`;
  return least === undefined ? ` to ${most}` : ` ${least} to ${most}`;
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return [schema, ...(schema.anyOf ?? schema.oneOf ?? []).flatMap(alternatives)];
}

function isSecret({ anyOf }: JsonSchema): boolean {
  return (
    anyOf?.some(({ properties }) => properties?.['env'] !== undefined) === true && anyOf.some(({ properties }) => properties?.['file'] !== undefined)
  );
}
