import type { Stimulus, StimulusArguments } from '../simulator.ts';
import type { CameraOptions } from './options.ts';
import type { Subscriptions } from './soap/subscriptions.ts';

type DoorOptions = CameraOptions['doors'][number];

/** The commands of Door Control clause 5.3 that it knows. */
export type DoorCommand = 'AccessDoor' | 'LockDoor' | 'UnlockDoor';

/** Doors with locks and readers, in the words of the Door Control and Access Control Service Specifications. */
export class AccessController {
  readonly doors: readonly DoorOptions[];
  readonly #credentials: CameraOptions['credentials'];
  readonly #subscriptions: Subscriptions;
  readonly #relocking = new Map<string, NodeJS.Timeout>();

  constructor({ doors, credentials }: CameraOptions, subscriptions: Subscriptions) {
    this.doors = doors;
    this.#credentials = credentials;
    this.#subscriptions = subscriptions;
  }

  /** One value of a door's state: `DoorMode`, `DoorAlarm`, ... */
  state(token: string, name: string): string {
    return this.#subscriptions.value(`${token} ${name}`);
  }

  /** @throws Error when there is no such door. */
  command(token: string, command: DoorCommand): void {
    const door = this.#door(token);
    this.#stopRelocking(token);
    if (command === 'AccessDoor') this.#letThrough(door);
    else this.#lock(token, command === 'LockDoor', command === 'LockDoor' ? 'Locked' : 'Unlocked');
  }

  stop(): void {
    for (const token of this.#relocking.keys()) this.#stopRelocking(token);
  }

  /** What people do at a door; `door` names it, the first one if not said. */
  get stimuli(): Readonly<Record<string, Stimulus>> {
    const set = (name: string, value: (args: StimulusArguments) => string) => (args: StimulusArguments) => {
      this.#set(this.#door(args['door']).token, name, value(args));
    };
    const either = (raised: string, restored: string) => (args: StimulusArguments) => (args['active'] === false ? restored : raised);
    return {
      open: (args) => this.#open(this.#door(args['door'])),
      close: (args) => this.#close(this.#door(args['door'])),
      force: (args) => this.#open(this.#door(args['door'])),
      hold: set('DoorAlarm', () => 'DoorOpenTooLong'),
      'door-tamper': set('DoorTamper', either('TamperDetected', 'NotInTamper')),
      'door-fault': set('DoorFault', either('FaultDetected', 'NotInFault')),
      badge: (args) => this.#badge(this.#door(args['door']), String(args['card'] ?? '1001')),
      duress: (args) => {
        const { reader } = this.#door(args['door']);
        const [credential] = this.#credentials;
        this.#subscriptions.tell(`${reader} Duress`, [
          ['CredentialToken', credential?.token ?? ''],
          ['CredentialHolderName', credential?.holder ?? ''],
          ['Reason', 'duress PIN'],
        ]);
      },
      /** A good card at a time when it may not open the door. */
      'badge-denied': (args) => {
        const { reader } = this.#door(args['door']);
        const [credential] = this.#credentials;
        this.#subscriptions.tell(`${reader} Denied/Credential`, [
          ['External', 'false'],
          ['CredentialToken', credential?.token ?? ''],
          ['CredentialHolderName', credential?.holder ?? ''],
          ['Reason', String(args['reason'] ?? 'NotPermittedAtThisTime')],
        ]);
      },
    };
  }

  #door(token: StimulusArguments[string] | undefined): DoorOptions {
    const door = token === undefined ? this.doors[0] : this.doors.find((each) => each.token === token);
    if (door === undefined) throw new Error(`there is no door "${String(token)}"`);
    return door;
  }

  #set(token: string, name: string, value: string): void {
    this.#subscriptions.set(`${token} ${name}`, value);
  }

  #lock(token: string, locked: boolean, mode: string): void {
    this.#set(token, 'DoorMode', mode);
    this.#set(token, 'LockPhysicalState', locked ? 'Locked' : 'Unlocked');
  }

  #letThrough({ token, accessSeconds }: DoorOptions): void {
    this.#lock(token, false, 'Accessed');
    this.#relocking.set(
      token,
      setTimeout(() => this.#lock(token, true, 'Locked'), accessSeconds * 1000),
    );
  }

  #stopRelocking(token: string): void {
    clearTimeout(this.#relocking.get(token));
    this.#relocking.delete(token);
  }

  /** A leaf that opens under an engaged lock was forced (Door Control clause 5.1.3). */
  #open({ token }: DoorOptions): void {
    this.#set(token, 'DoorPhysicalState', 'Open');
    if (this.state(token, 'LockPhysicalState') === 'Locked') this.#set(token, 'DoorAlarm', 'DoorForcedOpen');
  }

  #close({ token }: DoorOptions): void {
    this.#set(token, 'DoorPhysicalState', 'Closed');
    this.#set(token, 'DoorAlarm', 'Normal');
  }

  #badge(door: DoorOptions, card: string): void {
    const credential = this.#credentials.find((each) => each.card === card);
    if (credential === undefined) {
      this.#subscriptions.tell(`${door.reader} Denied/CredentialNotFound/Card`, [['Card', card]]);
      return;
    }
    this.#subscriptions.tell(`${door.reader} AccessGranted/Credential`, [
      ['External', 'false'],
      ['CredentialToken', credential.token],
      ['CredentialHolderName', credential.holder],
    ]);
    this.#stopRelocking(door.token);
    this.#letThrough(door);
  }
}
