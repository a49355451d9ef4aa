import { useCallback, useEffect, useRef, useState } from 'react';

/** What stays true for a while after it is over. @returns whether it is or was lately, and how to tell it. */
export function useLingering(lingerMs: number): readonly [boolean, (is: boolean) => void] {
  const [shown, setShown] = useState(false);
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const tell = useCallback(
    (is: boolean) => {
      window.clearTimeout(timer.current);
      if (is) setShown(true);
      else timer.current = window.setTimeout(() => setShown(false), lingerMs);
    },
    [lingerMs],
  );
  return [shown, tell];
}
