import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { plain, stepped } from './address.ts';
import type { Location, Table } from './location.ts';

const count = z.number().int().min(1);
const range = z
  .union([
    z.strictObject({ coil: z.number().int().min(0), count }),
    z.strictObject({ discreteInput: z.number().int().min(0), count }),
    z.strictObject({ holdingRegister: z.number().int().min(0), count }),
    z.strictObject({ inputRegister: z.number().int().min(0), count }),
  ])
  .describe('addresses that are never read, not even in passing, since reading them does something');

/** A kind of device: where its doors and readers are. */
const profileSchema = z.strictObject({
  title: z.string().min(1).describe('maker and model, for people'),
  manual: z.string().min(1).describe('where the addresses come from'),
  doors: z.number().int().min(0).max(999).default(0).describe('how many doors the device has'),
  door: z.strictObject({ ...stepped.signals, commands: stepped.commands.default({}) }).exactOptional(),
  readers: z.number().int().min(0).max(999).default(0).describe('how many badge readers it has'),
  reader: z.strictObject(stepped.reader).exactOptional(),
  clock: plain.word.exactOptional().describe('first of three registers with its clock'),
  maxRegistersPerRead: z.number().int().min(1).max(125).default(125).describe('how many registers it gives in one reply'),
  maxBitsPerRead: z.number().int().min(1).max(2000).default(2000).describe('how many coils or discrete inputs it gives in one reply'),
  readAcross: z
    .strictObject({ bits: z.number().int().min(0).default(0), registers: z.number().int().min(0).default(0) })
    .default({ bits: 0, registers: 0 })
    .describe('gaps up to this length are read with what stands around them; 0 for a device that refuses addresses which it does not have'),
  neverRead: z.array(range).default([]),
});

/** What a device can have in common with others of its kind. */
export type Profile = z.infer<typeof profileSchema>;

/** @throws Error naming the file's field that is wrong. */
export function parseProfile(text: string, source: string): Profile {
  const result = profileSchema
    .refine((profile) => profile.doors === 0 || profile.door !== undefined, { path: ['door'], error: 'is missing although there are doors' })
    .refine((profile) => profile.readers === 0 || profile.reader !== undefined, { path: ['reader'], error: 'is missing although there are readers' })
    .safeParse(parse(text));
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path, message }) => `${path.length === 0 ? 'the file' : path.join('.')}: ${message}`);
  throw new Error(`profile ${source} is wrong: ${mistakes.join('; ')}`);
}

const folder = join(import.meta.dirname, 'profiles');

/** The profiles that come with the adapter, by the names of their files. @throws as `parseProfile` does. */
export const profiles: ReadonlyMap<string, Profile> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file.slice(0, -'.yaml'.length), parseProfile(readFileSync(join(folder, file), 'utf8'), `profiles/${file}`)]),
);

/** Ranges of `neverRead` as locations. */
export function forbidden(profile: Profile | undefined): readonly (Location & { readonly count: number })[] {
  return (profile?.neverRead ?? []).map(({ count: length, ...at }) => {
    const [table, address] = Object.entries(at)[0] as [Table, number];
    return { table, address, count: length };
  });
}

/** The addresses of the door or reader number `number`, which counts from 1. */
export function nth(first: unknown, number: number): unknown {
  if (typeof first !== 'object' || first === null) return first;
  const { step, ...fields } = first as Record<string, unknown>;
  const tables = ['coil', 'discreteInput', 'holdingRegister', 'inputRegister'];
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      tables.includes(key) && typeof value === 'number' ? value + (number - 1) * Number(step ?? 0) : nth(value, number),
    ]),
  );
}
