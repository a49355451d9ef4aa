import { z } from 'zod';

/** A length of time as rule files write it ("10s"), in a type of its own so that nobody takes it for another number. */
export interface Duration {
  readonly ms: number;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** Reads "500ms", "10s", "2m" or "1h". @throws Error that says what to write instead. */
export function parseDuration(text: string): Duration {
  const [, amount, unit] = pattern.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new Error(`"${text}" is not a duration: write a number and its unit without a space, such as "500ms", "10s", "2m" or "1h"`);
  }
  return { ms: Number(amount) * (unitMs[unit] ?? 1) };
}

/** A field that holds a duration. `description` goes into the reference and the JSON Schema. */
export function duration(description: string, example: string) {
  return z
    .string()
    .describe(`${description} A number and its unit: ms, s, m or h.`)
    .meta({ examples: [example] })
    .transform((text, context): Duration => {
      try {
        return parseDuration(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    });
}
