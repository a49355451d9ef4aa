// Topic names and topic filters: MQTT 3.1.1, 4.7.

const LONGEST_BYTES = 65_535;

/** Why `filter` is no topic filter (4.7.1, 4.7.3), or undefined. */
export function filterMistake(filter: string): string | undefined {
  if (filter === '') return 'a topic filter has at least one character';
  if (Buffer.byteLength(filter) > LONGEST_BYTES) return `a topic filter has at most ${LONGEST_BYTES} bytes`;
  if (filter.includes('\0')) return 'a topic filter contains no NUL';
  const levels = filter.split('/');
  if (levels.some((level, index) => level.includes('#') && (level !== '#' || index !== levels.length - 1)))
    return '# stands alone in the last level: site/door/#';
  if (levels.some((level) => level.includes('+') && level !== '+')) return '+ stands alone in its level: site/+/door';
  return undefined;
}

/** What each wildcard of `filter` stands for in `topic`, in order (`#` for the rest, with its slashes); undefined where the filter does not match. */
export function matchTopic(filter: string, topic: string): readonly string[] | undefined {
  // 4.7.2: a wildcard in front does not match the broker's own topics, such as $SYS.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return undefined;
  const wanted = filter.split('/');
  const given = topic.split('/');
  const wildcards: string[] = [];
  for (const [index, level] of wanted.entries()) {
    // 4.7.1.2: "sport/#" matches "sport" as well.
    if (level === '#') return [...wildcards, given.slice(index).join('/')];
    const here = given[index];
    if (here === undefined || (level !== '+' && level !== here)) return undefined;
    if (level === '+') wildcards.push(here);
  }
  return wanted.length === given.length ? wildcards : undefined;
}

/** Whether every topic that `inner` matches is matched by `outer`. */
export function covers(outer: string, inner: string): boolean {
  if (inner.startsWith('$') && /^[+#]/.test(outer)) return false;
  const wide = outer.split('/');
  const narrow = inner.split('/');
  for (const [index, level] of wide.entries()) {
    if (level === '#') return true;
    const here = narrow[index];
    if (here === undefined || here === '#' || (level !== '+' && level !== here)) return false;
  }
  return wide.length === narrow.length;
}

/** The filters to subscribe to: each once, and none that another covers, because a broker may send a message once for each (3.3.5). */
export function subscriptions(filters: readonly string[]): string[] {
  const unique = [...new Set(filters)];
  return unique.filter((filter) => !unique.some((other) => other !== filter && covers(other, filter)));
}
