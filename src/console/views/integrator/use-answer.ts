import { useCallback, useEffect, useState } from 'react';
import type { z } from 'zod';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';

/**
 * The answer to a GET, asked when the path changes and again every `everyMs`; `refresh` asks at once. The answer to an earlier path is
 * never shown for a later one.
 */
export function useAnswer<T>(
  schema: z.ZodType<T>,
  path: string,
  everyMs?: number,
): { readonly answer: RestAnswer<T> | undefined; readonly refresh: () => void } {
  const [answered, setAnswered] = useState<{ readonly path: string; readonly answer: RestAnswer<T> }>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    const load = () =>
      void rest(schema, path).then((answer) => {
        if (wanted) setAnswered({ path, answer });
      });
    load();
    const timer = everyMs === undefined ? undefined : setInterval(load, everyMs);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [schema, path, everyMs, round]);
  const refresh = useCallback(() => setRound((before) => before + 1), []);
  return { answer: answered?.path === path ? answered.answer : undefined, refresh };
}
