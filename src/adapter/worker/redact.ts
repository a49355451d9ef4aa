/** Shorter ones would make every line unreadable, and protect nothing. */
const SHORTEST = 4;

/** Parses JSON text and takes the secrets out that an adapter was given: a library's error message may quote them. */
export function parseWithout(secrets: ReadonlySet<string>, json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) => (typeof value === 'string' ? without(secrets, value) : value));
}

/** The same for a value that can be written as JSON. */
export function withoutSecrets<Value>(secrets: ReadonlySet<string>, value: Value): Value {
  return parseWithout(secrets, JSON.stringify(value)) as Value;
}

function without(secrets: ReadonlySet<string>, text: string): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= SHORTEST) clean = clean.replaceAll(secret, '[secret]');
  return clean;
}
