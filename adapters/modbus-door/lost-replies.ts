/** Transactions of which a gateway may still have the reply. */
const REMEMBERED = 256;
const TRANSACTIONS = 0x10000;

/**
 * Requests whose time ran out, and whose replies may come all the same. On TCP the transaction tells a late reply, so its number is not
 * used again as long as that is to be feared. A serial line has no such number: there the unit is checked before it is asked again.
 */
export class LostReplies {
  readonly #transactions = new Set<number>();
  readonly #units = new Map<number, 'check' | 'checked in vain'>();
  #latest = 0;

  /** Of TCP. */
  get transactions(): ReadonlySet<number> {
    return this.#transactions;
  }

  /** A number for the next request. */
  nextTransaction(): number {
    do this.#latest = (this.#latest + 1) % TRANSACTIONS;
    while (this.#transactions.has(this.#latest));
    return this.#latest;
  }

  add({ unit, transaction }: { readonly unit: number; readonly transaction: number }): void {
    this.#transactions.add(transaction);
    for (const oldest of this.#transactions) {
      if (this.#transactions.size <= REMEMBERED) break;
      this.#transactions.delete(oldest);
    }
    if (!this.#units.has(unit)) this.#units.set(unit, 'check');
  }

  /**
   * Whether the unit has to be checked before it is asked. After a check in vain it is asked without one the next time, and so on in turn,
   * since not every unit answers the check.
   */
  mustCheck(unit: number): boolean {
    const state = this.#units.get(unit);
    if (state === 'checked in vain') this.#units.set(unit, 'check');
    else if (state === 'check') this.#units.set(unit, 'checked in vain');
    return state === 'check';
  }

  /** The unit answers: on a serial line in the order in which it was asked, so nothing of before can follow. */
  answered(unit: number): void {
    this.#units.delete(unit);
  }
}
