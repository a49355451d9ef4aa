import { accessEvents, wildcardInstance } from './numbers.ts';

export type AccessEventName = keyof typeof accessEvents;

/** A card reader, as the Access Point object (ASHRAE 135-2020, clause 12.31) shows it: its last event, numbered by a tag. */
export class Reader {
  readonly #changed: () => void;
  event: number = accessEvents.none;
  tag = 0;
  /** By the controller's clock. */
  at: Date = new Date(0);
  /** Instance of the Access Credential; 4194303 when the credential is unknown. */
  credential = wildcardInstance;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  record(event: AccessEventName, credential: number | undefined, at: Date): void {
    this.event = accessEvents[event];
    this.tag += 1;
    this.at = at;
    this.credential = event === 'unknown-credential' ? wildcardInstance : (credential ?? wildcardInstance);
    this.#changed();
  }
}
