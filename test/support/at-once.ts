/** Work for several tests that is begun at the same time, since it waits more than it works. A test that is tried again begins its own anew. */
export class AtOnce<Case, Outcome> {
  readonly #work: (each: Case) => Promise<Outcome>;
  readonly #begun = new Map<Case, Promise<Outcome>>();

  constructor(work: (each: Case) => Promise<Outcome>) {
    this.#work = work;
  }

  begin(cases: readonly Case[]): void {
    for (const each of cases) {
      const outcome = this.#work(each);
      this.#begun.set(each, outcome);
      // A failure is for the test that waits for it.
      outcome.catch(() => undefined);
    }
  }

  take(each: Case): Promise<Outcome> {
    const outcome = this.#begun.get(each) ?? this.#work(each);
    this.#begun.delete(each);
    return outcome;
  }

  /** Resolves when nothing goes on any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#begun.values());
  }
}
