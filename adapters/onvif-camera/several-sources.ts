import type { EventContext, EventSource } from './event-source.ts';

/** The topics of each subscription: as many of them as the device takes in one filter. */
export function topicGroups(topics: readonly string[], most: number = topics.length): string[][] {
  const groups = Math.ceil(topics.length / most);
  return Array.from({ length: groups }, (_, group) => topics.slice(group * most, (group + 1) * most));
}

interface Member {
  readonly source: EventSource;
  readonly leave: AbortController;
  next: Promise<void>;
}

/**
 * Several subscriptions as one, each for topics of its own. A message belongs to the first one that asked for its topic: a device that takes no filter
 * and sends everything to each is heard once.
 */
export class SeveralSources implements EventSource {
  readonly #members: Member[] = [];

  private constructor() {
    // Made by `create`, which waits.
  }

  /** Makes a subscription for each group of topics. @throws whatever went wrong; no subscription is left behind then. */
  static async create(
    context: EventContext,
    groups: readonly (readonly string[])[],
    make: (context: EventContext) => Promise<EventSource>,
  ): Promise<SeveralSources> {
    const several = new SeveralSources();
    const made = await Promise.allSettled(
      groups.map(async (topics, at) => {
        const leave = new AbortController();
        const signal = AbortSignal.any([context.signal, leave.signal]);
        const options = { ...context.options, topics };
        const source = await make({ ...context, signal, options, elsewhere: groups.slice(0, at).flat() });
        several.#members.push({ source, leave, next: nextOf(source) });
      }),
    );
    const failed = made.find((each) => each.status === 'rejected');
    if (failed === undefined) return several;
    await several.end();
    throw failed.reason;
  }

  /** Waits for whichever brings something first; the others wait on. */
  async next(): Promise<void> {
    const member = await Promise.race(this.#members.map((each) => each.next.then(() => each)));
    member.next = nextOf(member.source);
  }

  /** What has arrived is taken to its end before the subscriptions are given back. */
  async end(): Promise<void> {
    for (const { leave } of this.#members) leave.abort(new Error('the subscription is given back'));
    await Promise.allSettled(this.#members.map(({ next }) => next));
    await Promise.all(this.#members.map(({ source }) => source.end()));
  }
}

/** Whoever waits for it hears of a failure; until then nobody does. */
function nextOf(source: EventSource): Promise<void> {
  const next = source.next();
  next.catch(() => undefined);
  return next;
}
