import type { Principal } from '../access/accounts.ts';
import type { DoorFacet } from '../adapter/contract.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { DoorCommand } from '../domain/door.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measure, MeasureTarget } from '../domain/measure.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { BookInput, DoorCommandRecord, JoiningStep, OperatorStep } from '../incidents/actions.ts';
import type { BookWriter } from '../store/book-writer.ts';
import { CameraHeld } from '../ptz/control.ts';
import type { PtzControl, PtzOrder } from '../ptz/control.ts';
import type { IncidentAction, MeasureRequest } from './protocol.ts';

/** A request that was not carried out; the message is a sentence for the one who asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: 'unknown' | 'conflict' | 'look-again' | 'forbidden' | 'failed' | 'invalid';

  constructor(code: Refusal['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const MINUTE_MS = 60_000;

const measureWords: Readonly<Record<Measure['type'], { readonly begun: string; readonly ended: string }>> = {
  shelved: { begun: 'shelved', ended: 'unshelved' },
  'out-of-service': { begun: 'took out of service', ended: 'put back into service' },
  'on-test': { begun: 'put on test', ended: 'ended the test of' },
};

const codes = { 'unknown-incident': 'unknown', conflict: 'conflict', 'not-possible': 'conflict', 'look-again': 'look-again' } as const;

export interface OperationsOptions {
  readonly site: Site;
  readonly book: BookWriter;
  /** The door's device. @throws Error with a sentence for the dispatcher when it cannot be reached. */
  readonly doors: (door: string) => DoorFacet;
  readonly ptz: Pick<PtzControl, 'manual'>;
  /** The names of the accounts, to which an incident can be handed over. */
  readonly accounts: () => readonly string[];
  /** Undefined on a real site. */
  readonly startScenario: ((name: string) => Promise<void>) | undefined;
  /** Writes a line of the log for what no incident's log holds. */
  readonly audit: (line: { by: string; text: string; point?: string }) => void;
  readonly clock: Clock;
  /** What the incident's procedure demands before it can be closed, without what that of `covering` asks as well. */
  readonly openSteps?: (incident: string, covering?: string) => readonly string[];
}

/** What people may do, whether from the console or by REST. Each throws a Refusal that says why not. */
export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** Acts on an incident as it was at `revision`; returns its next revision, which is stored by then. */
  act(incident: string, revision: number, action: IncidentAction, by: Principal): Incident {
    const { book, clock } = this.#options;
    const at = clock.now();
    const refused = book.apply({ type: 'action', action: { ...this.#step(action, at, incident), incident, revision, by: by.name, at } });
    if (refused !== undefined) throw new Refusal(codes[refused.code], refused.message);
    book.flush();
    const next = book.incidents.get(incident);
    if (next === undefined) throw new Refusal('unknown', `there is no incident ${incident}`);
    return next;
  }

  /** Shelves, takes out of service or puts on test, until an end; returns the measure, which is stored by then. */
  begin({ type, target, minutes, reason }: MeasureRequest, by: Principal): Measure {
    const { site, clock } = this.#options;
    const id = 'point' in target ? target.point : 'device' in target ? target.device : undefined;
    const known: readonly { readonly id: string }[] = 'device' in target ? site.devices : [...pointsOf(site), ...site.devices];
    if (id !== undefined && !known.some((each) => each.id === id))
      throw new Refusal('unknown', `there is no ${target.of === 'device' ? 'device' : 'point'} ${id}`);
    const at = clock.now();
    const measure = this.#measured({ type: 'measure', measure: { type, target, reason, by: by.name, at, until: at + minutes * MINUTE_MS } });
    this.#options.audit({
      by: by.name,
      text: `${measureWords[type].begun} for ${minutes} min: ${this.#about(target)} (${reason})`,
      ...(id !== undefined && { point: id }),
    });
    return measure;
  }

  /** Ends a measure before its time. */
  end(measure: string, by: Principal): Measure {
    const ended = this.#measured({ type: 'end-measure', measure, by: by.name, at: this.#options.clock.now() });
    this.#options.audit({ by: by.name, text: `${measureWords[ended.type].ended}: ${this.#about(ended.target)}` });
    return ended;
  }

  #measured(input: BookInput): Measure {
    const { book } = this.#options;
    const { refused, measures } = book.take(input);
    if (refused !== undefined) throw new Refusal(codes[refused.code], refused.message);
    book.flush();
    const [measure] = measures;
    if (measure === undefined) throw new Refusal('failed', 'nothing changed');
    return measure;
  }

  /** What a measure is about, by the names of the site file. */
  #about(target: MeasureTarget): string {
    const { site } = this.#options;
    const nameOf = (id: string) => [...pointsOf(site), ...site.devices].find((each) => each.id === id)?.name ?? id;
    switch (target.of) {
      case 'incident':
        return `incident ${target.incident}`;
      case 'kind':
        return `${target.kind} at ${nameOf(target.point)}`;
      case 'point':
        return nameOf(target.point);
      case 'device':
        return nameOf(target.device);
      case 'site':
        return `all of ${site.name}`;
    }
  }

  /** The action as the book takes it. */
  #step(action: IncidentAction, at: EpochMs, incident: string): OperatorStep | JoiningStep {
    if (action.action === 'close') return { ...action, openSteps: this.#options.openSteps?.(incident) ?? [] };
    if (action.action === 'merge') return { ...action, openSteps: this.#options.openSteps?.(incident, action.into) ?? [] };
    if (action.action === 'hold') return { action: 'hold', until: at + action.minutes * MINUTE_MS, note: action.note };
    if (action.action === 'hand-over') {
      const accounts = this.#options.accounts();
      if (!accounts.includes(action.to)) throw new Refusal('invalid', `there is no account ${action.to}; there are ${accounts.join(', ')}`);
    }
    return action;
  }

  /** Commands a door; resolves when the device has confirmed. The outcome goes into the incident's log, else into the site's. */
  async commandDoor(doorId: string, command: DoorCommand, by: Principal, incident?: string): Promise<void> {
    const { site, book, doors } = this.#options;
    const door = site.doors.find(({ id }) => id === doorId);
    if (door === undefined) throw new Refusal('unknown', `there is no door ${doorId}`);
    if (!door.commands.includes(command))
      throw new Refusal('forbidden', `${door.name} may not be commanded to ${command}: see "commands" in the site file`);
    if (incident !== undefined && !book.incidents.has(incident)) throw new Refusal('unknown', `there is no incident ${incident}`);
    const record = (outcome: DoorCommandRecord['outcome']) =>
      this.#record({ door: doorId, doorName: door.name, command, by: by.name, outcome, incident });
    try {
      await doors(doorId).command(doorId, command);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      record({ ok: false, reason });
      throw new Refusal('failed', `${door.name}: ${reason}`, { cause });
    }
    record({ ok: true });
  }

  /** Moves a camera by hand; an incident for which it is done gives its priority. Resolves when the camera has agreed. */
  async steer(cameraId: string, order: PtzOrder, by: Principal, incident?: string): Promise<void> {
    const { site, book, ptz } = this.#options;
    const camera = site.cameras.find(({ id }) => id === cameraId);
    if (camera === undefined) throw new Refusal('unknown', `there is no camera ${cameraId}`);
    await ptz
      .manual(cameraId, order, by.name, incident === undefined ? undefined : book.incidents.get(incident)?.priority)
      .catch((cause: unknown) => {
        const code = cause instanceof CameraHeld ? 'conflict' : 'failed';
        throw new Refusal(code, `${camera.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      });
  }

  async startScenario(name: string, by: Principal): Promise<void> {
    const { startScenario, audit } = this.#options;
    if (startScenario === undefined) throw new Refusal('unknown', 'this is not a lab: there are no scenarios');
    await startScenario(name).catch((cause: unknown) => {
      throw new Refusal('failed', `the lab did not start ${name}: ${(cause as Error).message}`, { cause });
    });
    audit({ by: by.name, text: `started the scenario ${name}` });
  }

  #record({ incident, door, ...command }: Omit<DoorCommandRecord, 'incident' | 'at'> & { incident: string | undefined; door: string }): void {
    const { book, audit, clock } = this.#options;
    if (incident !== undefined) {
      book.apply({ type: 'record', record: { ...command, incident, at: clock.now() } });
      return book.flush();
    }
    const { by, doorName, outcome } = command;
    audit({
      by,
      point: door,
      text: outcome.ok ? `commanded ${doorName}: ${command.command}` : `${command.command} of ${doorName} failed: ${outcome.reason}`,
    });
  }
}
