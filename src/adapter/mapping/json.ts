/** Deeper nesting than this is no message but an attack on whatever walks it. */
const DEEPEST = 32;

/**
 * Parses what a device sent as JSON (RFC 8259).
 * @throws Error with one sentence when it is not JSON, not UTF-8, or nested too deeply.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const value: unknown = JSON.parse(text(bytes));
  if (isDeeper(value, DEEPEST)) throw new Error(`nested more than ${DEEPEST} levels deep`);
  return value;
}

/** Decodes UTF-8. @throws Error when it is not. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}
