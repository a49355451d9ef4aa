import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { RuleDocument } from '../../src/correlation/read-rules.ts';
import { readRules } from '../../src/correlation/read-rules.ts';

const folder = new URL('../../config/rules/', import.meta.url);

/** The rules files that the product comes with. */
export const shippedDocuments: readonly RuleDocument[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => ({ file, document: parse(readFileSync(new URL(file, folder), 'utf8')) as unknown }));

export const shipped = readRules(shippedDocuments);
