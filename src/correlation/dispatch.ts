import { Column } from '../domain/column.ts';
import type { LocatedEvent, Phase } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import { listens } from './select.ts';
import type { Slot } from './select.ts';

/** The slots of one kind and phase at one point: for every event, or by a detail for those events alone that have its value. */
interface Choice {
  /** From 1 on. */
  readonly number: number;
  readonly always: readonly Slot[];
  readonly byDetail: readonly { readonly detail: string; readonly byValue: ReadonlyMap<string | number | boolean, readonly Slot[]> }[];
}

/** What is known of one kind and phase. Most points of a site have the same slots: they share one choice. */
class Known {
  /** By the point's number: the choice's. */
  readonly which = new Column();
  readonly choices: Choice[] = [];
  readonly named = new Map<string, Choice>();
}

/**
 * Finds the slots that an event goes to. Which they are depends on its kind, phase and point, and on constants that conditions compare details with,
 * so it is worked out once for each of these: an event costs one look-up, however many rules look at other kinds, points, areas and constants.
 */
export class Dispatch {
  readonly #byKind = new Map<EventKind, Slot[]>();
  readonly #order: ReadonlyMap<Slot, number>;
  readonly #known = new Map<EventKind, Record<Phase, Known>>();

  constructor(slots: readonly Slot[]) {
    this.#order = new Map(slots.map((slot, index) => [slot, index]));
    for (const slot of slots) {
      for (const kind of slot.kinds) {
        const known = this.#byKind.get(kind);
        if (known === undefined) this.#byKind.set(kind, [slot]);
        else known.push(slot);
      }
    }
  }

  /** In the order of the rules. */
  slotsFor(event: LocatedEvent): readonly Slot[] {
    const known = this.#knownOf(event);
    const choice = known.choices[known.which.get(event.pointNumber) - 1] ?? this.#learn(event, known);
    let slots = choice.always;
    for (const { detail, byValue } of choice.byDetail) {
      const value = event.details[detail];
      const fitting = value === undefined ? undefined : byValue.get(value);
      if (fitting !== undefined) slots = this.#inOrder([...slots, ...fitting]);
    }
    return slots;
  }

  #knownOf({ kind, phase }: LocatedEvent): Known {
    let known = this.#known.get(kind);
    if (known === undefined) {
      known = { raised: new Known(), restored: new Known(), momentary: new Known(), uncertain: new Known() };
      this.#known.set(kind, known);
    }
    return known[phase];
  }

  #learn(event: LocatedEvent, { which, choices, named }: Known): Choice {
    const all = this.#byKind.get(event.kind) ?? [];
    const fitting = all.filter((slot) => listens(slot, event));
    const name = fitting.map((slot) => this.#order.get(slot)).join();
    let choice = named.get(name);
    if (choice === undefined) {
      choice = choiceOf(choices.length + 1, fitting);
      choices.push(choice);
      named.set(name, choice);
    }
    which.set(event.pointNumber, choice.number);
    return choice;
  }

  #inOrder(slots: Slot[]): readonly Slot[] {
    return slots.sort((a, b) => (this.#order.get(a) ?? 0) - (this.#order.get(b) ?? 0));
  }
}

function choiceOf(number: number, slots: readonly Slot[]): Choice {
  const byDetail = new Map<string, Map<string | number | boolean, Slot[]>>();
  for (const slot of slots) {
    if (slot.only === undefined) continue;
    const { detail, value } = slot.only;
    const byValue = byDetail.get(detail) ?? new Map<string | number | boolean, Slot[]>();
    byDetail.set(detail, byValue);
    byValue.set(value, [...(byValue.get(value) ?? []), slot]);
  }
  return {
    number,
    always: slots.filter(({ only }) => only === undefined),
    byDetail: [...byDetail].map(([detail, byValue]) => ({ detail, byValue })),
  };
}
