import type { EpochMs } from '../../domain/clock.ts';
import { phases } from '../../domain/event.ts';
import type { Details, DeviceSignal, Phase } from '../../domain/event.ts';
import { compile } from './expression.ts';
import type { Expression, ExpressionType, Variables } from './expression.ts';
import type { PointIndex } from './point-index.ts';
import type { Mapping } from './schema.ts';

/** What came of a message under one mapping. */
export interface Mapped {
  /** Undefined where the mapping does not mean this message, or cannot say which event it is. */
  readonly signal?: DeviceSignal;
  /** Expressions that failed for this message. One that concerns a detail alone does not hold the event back. */
  readonly problems: readonly string[];
}

/** A mapping whose expressions are checked and ready. */
export interface CompiledMapping {
  /** The identifier of the point, where the mapping names it rather than having an expression give it. */
  readonly fixedPoint?: string;
  apply(context: Readonly<Record<string, unknown>>, points: PointIndex): Mapped;
}

/** Told of each expression that is wrong, with its place within the mapping. */
export type ProblemSink = (path: readonly string[], message: string) => void;

/** A detail longer than this is no detail; a small picture as base64 still is one. */
const LONGEST_DETAIL = 128 * 1024;
const LONGEST_REPEAT_KEY = 512;
const LONGEST_SHOWN = 60;

const never: Expression = () => undefined;

/** Checks a mapping's expressions and makes them ready. Without problems reported, the result is fit for use. */
export function compileMapping(mapping: Mapping, variables: Variables, problem: ProblemSink): CompiledMapping {
  const expression = (path: readonly string[], source: string, wanted: readonly ExpressionType[]): Expression => {
    try {
      return compile(source, variables, wanted);
    } catch (error) {
      problem(path, (error as Error).message);
      return never;
    }
  };
  const { when, phase, point, occurredAt, details, repeatKey } = mapping;
  const literalPoint = isIdentifier(point) && !(point in variables);
  const parts: Parts = {
    when: when === undefined ? () => true : expression(['when'], when, ['bool']),
    phase: isPhase(phase) ? () => phase : expression(['phase'], phase, ['bool', 'string']),
    point: literalPoint ? () => point : expression(['point'], point, ['string']),
    occurredAt:
      occurredAt === undefined ? undefined : expression(['occurredAt'], occurredAt, ['google.protobuf.Timestamp', 'double', 'int', 'string']),
    details: Object.entries(details).map(
      ([name, source]) => [name, expression(['details', name], source, ['string', 'double', 'int', 'bool', 'null'])] as const,
    ),
    repeatKey: repeatKey === undefined ? undefined : expression(['repeatKey'], repeatKey, ['string', 'double', 'int']),
  };
  return { ...(literalPoint && { fixedPoint: point }), apply: (context, points) => apply(mapping, parts, context, points) };
}

interface Parts {
  readonly when: Expression;
  readonly phase: Expression;
  readonly point: Expression;
  readonly occurredAt: Expression | undefined;
  readonly details: readonly (readonly [string, Expression])[];
  readonly repeatKey: Expression | undefined;
}

function apply(mapping: Mapping, parts: Parts, context: Readonly<Record<string, unknown>>, points: PointIndex): Mapped {
  const problems: string[] = [];
  const attempt = <T>(name: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      problems.push(`${name} of the mapping to ${mapping.event}: ${reason(error)}`);
      return undefined;
    }
  };
  if (attempt('when', () => truth(parts.when(context))) !== true) return { problems };
  const phase = attempt('phase', () => phaseOf(parts.phase(context)));
  const point = attempt('point', () => pointOf(parts.point(context), points));
  if (phase === undefined || point === undefined) return { problems };
  const occurredAt = attempt('occurredAt', () => parts.occurredAt && timeOf(parts.occurredAt(context)));
  const repeatKey = attempt('repeatKey', () => parts.repeatKey && keyOf(parts.repeatKey(context)));
  const details: Record<string, Details[string]> = {};
  for (const [name, expression] of parts.details) {
    const value = attempt(`details.${name}`, () => detailOf(expression(context)));
    if (value !== undefined) details[name] = value;
  }
  return {
    signal: {
      kind: mapping.event,
      point,
      phase,
      details,
      ...(phase === 'raised' && mapping.uncertainAfterSeconds !== undefined && { uncertainAfterMs: mapping.uncertainAfterSeconds * 1000 }),
      ...(occurredAt !== undefined && { occurredAt }),
      ...(repeatKey !== undefined && { repeatKey }),
    },
    problems,
  };
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error(`gives ${shown(value)} where true or false is needed`);
  return value;
}

function phaseOf(value: unknown): Phase {
  if (typeof value === 'boolean') return value ? 'raised' : 'restored';
  if (isPhase(value)) return value;
  throw new Error(`gives ${shown(value)} where one of ${phases.join(', ')} or a condition is needed`);
}

function pointOf(value: unknown, points: PointIndex): string {
  const point = typeof value === 'string' ? points.find(value) : undefined;
  if (point === undefined)
    throw new Error(`the device has no point ${shown(value)}: add one with that identifier or key, or leave the message out by \`when\``);
  return point;
}

function timeOf(value: unknown): EpochMs {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : NaN;
  // The range of Date: what lies outside cannot be shown to anybody.
  if (Number.isNaN(ms) || Math.abs(ms) > 8.64e15) throw new Error(`gives ${shown(value)}, which is no time`);
  return Math.round(ms);
}

function keyOf(value: unknown): string {
  const key = typeof value === 'number' ? String(value) : value;
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_REPEAT_KEY) throw new Error(`gives ${shown(value)}, which is no key`);
  return key;
}

function detailOf(value: unknown): Details[string] | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string' && value.length <= LONGEST_DETAIL) return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw new Error(
    `gives ${shown(value)}, which is neither text, a number nor a truth value${typeof value === 'string' ? ' of bearable length' : ''}`,
  );
}

const isIdentifier = (text: string) => /^[a-z0-9][a-z0-9-]*$/.test(text);

function isPhase(value: unknown): value is Phase {
  return phases.some((phase) => phase === value);
}

function reason(error: unknown): string {
  return error instanceof Error && 'summary' in error ? String(error.summary) : (error as Error).message;
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
