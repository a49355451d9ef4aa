import type { Publication } from './codec.ts';

/** A battery-powered door unit as many of its kind: its state, retained as a rule, and what happens at it as messages with a number. */
export class DoorUnit {
  readonly #topic: string;
  readonly #publish: (publication: Publication) => void;
  readonly #now: () => number;
  readonly #retains: boolean;
  #isOpen = false;
  #number = 0;

  constructor(topic: string, publish: (publication: Publication) => void, now: () => number, retainsStates: boolean) {
    this.#topic = topic;
    this.#publish = publish;
    this.#now = now;
    this.#retains = retainsStates;
  }

  /** Says what it sees now, as after a change of batteries. */
  announce(): void {
    this.#send(`${this.#topic}/state`, { contact: this.#isOpen ? 'open' : 'closed', time: this.#now() }, this.#retains);
  }

  set(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.announce();
  }

  force(): void {
    this.set(true);
    this.#event({ type: 'forced' });
  }

  badge(credential: string, granted: boolean): void {
    this.#event({ type: granted ? 'granted' : 'denied', credential });
  }

  #event(what: Readonly<Record<string, string>>): void {
    this.#number += 1;
    this.#send(`${this.#topic}/event`, { id: this.#number, ...what, time: this.#now() }, false);
  }

  #send(topic: string, content: unknown, retain: boolean): void {
    this.#publish({ topic, payload: Buffer.from(JSON.stringify(content)), qos: 1, retain });
  }
}
