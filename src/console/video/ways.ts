// The ways in which a camera can be shown live, and which one follows where one does not work.

/**
 * units: decoded by the console itself, picture by picture, with the least delay; stream: by the browser's own player (and, where it cannot decode
 * the main stream, from the sub-stream); stills: single pictures; converted: by the browser's player, of what the gateway makes of it.
 */
export type Way = 'units' | 'stream' | 'stills' | 'converted';

const KEY = 'sallyport.leastDelay';

/** What a tile begins with. Decoding by the console is chosen by the person, and only pages from a secure context may. */
export function firstWay(): Way {
  return leastDelay() && unitsPossible() ? 'units' : 'stream';
}

const after: Readonly<Record<Way, Way | undefined>> = { units: 'stream', stream: 'stills', stills: 'converted', converted: undefined };

export function nextWay(way: Way): Way | undefined {
  return after[way];
}

const words: Readonly<Partial<Record<Way, string>>> = { stills: 'pictures every 2 s', converted: 'converted, small' };

/** What the tile tells of a way that is not the usual one. */
export function wordsOf(way: Way): string | undefined {
  return words[way];
}

export function unitsPossible(): boolean {
  return window.isSecureContext && 'VideoDecoder' in window;
}

export function leastDelay(): boolean {
  return localStorage.getItem(KEY) === 'yes';
}

export function chooseLeastDelay(chosen: boolean): void {
  localStorage.setItem(KEY, chosen ? 'yes' : 'no');
}
