import { Environment } from '@marcbachmann/cel-js';

/** The variables of an expression, with the CEL type of each. */
export type Variables = Readonly<Record<string, 'string' | 'dyn' | 'bytes' | 'list<string>' | 'map<string, string>'>>;

/** What an expression may give; `dyn` is known only when a message is there. */
export type ExpressionType = 'bool' | 'string' | 'double' | 'int' | 'google.protobuf.Timestamp' | 'null';

/** A checked expression (Common Expression Language). @throws Error when it cannot be evaluated for this message. */
export type Expression = (context: Readonly<Record<string, unknown>>) => unknown;

const LONGEST = 2000;
const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/**
 * Checks an expression's syntax and types and makes it ready.
 * Refused are `matches()`, because a regular expression of 29 characters can hold up the gateway for seconds, and a macro within
 * a macro, whose cost grows with the square of what a device sends.
 * @throws Error with one sentence that says what is wrong.
 */
export function compile(source: string, variables: Variables, wanted: readonly ExpressionType[]): Expression {
  if (source.length > LONGEST) throw new Error(`an expression has at most ${LONGEST} characters`);
  const parsed = environment(variables).parse(source);
  refuse(parsed.ast, false);
  const { valid, type = 'dyn', error } = parsed.check();
  if (!valid) throw new Error(error?.summary ?? 'the types do not fit');
  if (type !== 'dyn' && !wanted.some((each) => each === type)) throw new Error(`this gives ${type}, but ${wanted.join(' or ')} is needed`);
  return (context) => plain(parsed(context));
}

const environments = new Map<string, Environment>();

/** Setting one up costs far more than an expression, and few sets of variables exist. */
function environment(variables: Variables): Environment {
  const key = JSON.stringify(variables);
  const known = environments.get(key);
  if (known !== undefined) return known;
  const created = new Environment({ homogeneousAggregateLiterals: false });
  for (const [name, type] of Object.entries(variables)) created.registerVariable(name, type);
  environments.set(key, created);
  return created;
}

/** Walks the syntax tree: calls are `[name, ...]`, everything else holds nodes or lists of nodes. */
function refuse(node: unknown, insideMacro: boolean): void {
  if (Array.isArray(node)) {
    for (const each of node) refuse(each, insideMacro);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return;
  const name = (node.op === 'call' || node.op === 'rcall') && Array.isArray(node.args) ? String(node.args[0]) : '';
  if (name === 'matches') throw new Error('matches() is not allowed: use startsWith, endsWith, contains or ==');
  const isMacro = node.op === 'rcall' && macros.has(name);
  if (isMacro && insideMacro) throw new Error(`${name}() within another macro is not allowed`);
  refuse(node.args, insideMacro || isMacro);
}

/** CEL's integers are bigint in this library; nothing else here wants them. */
function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
