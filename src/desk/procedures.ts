import type { Principal } from '../access/accounts.ts';
import type { PassCodes } from '../access/pass-codes.ts';
import type { Rule } from '../correlation/rule-schema.ts';
import { isLeadRule, procedureOf } from '../correlation/rule-schema.ts';
import type { Clock } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { AnswerInput, Run } from '../procedures/run.ts';
import { answered, begun, openSteps, procedureFor, stepsOf, ticked } from '../procedures/run.ts';
import type { PresetStep, Procedure, Step } from '../procedures/schema.ts';
import { doorOf } from '../procedures/schema.ts';
import { filled } from '../procedures/text.ts';
import { procedureView } from '../procedures/view.ts';
import type { ProcedureView } from '../procedures/view.ts';
import { GATEWAY } from '../incidents/life-cycle.ts';
import type { BookWriter } from '../store/book-writer.ts';
import type { ProcedureStore } from '../store/procedure-store.ts';
import { Refusal } from './operations.ts';
import type { Operations } from './operations.ts';
import type { ProcedureAnswer } from './procedure-schemas.ts';

export interface ProceduresOptions {
  readonly procedures: readonly Procedure[];
  readonly rules: readonly Rule[];
  readonly store: ProcedureStore;
  readonly book: BookWriter;
  readonly codes: PassCodes;
  readonly clock: Clock;
  readonly names: (id: string) => string;
}

/** The procedures at work: each open incident that one fits has its own run, which is stored before it counts, unless the disk cannot be written. */
export class Procedures {
  readonly #options: ProceduresOptions;
  readonly #runs = new Map<string, Run>();
  readonly #byRule: ReadonlyMap<string, string>;

  constructor(options: ProceduresOptions) {
    this.#options = options;
    this.#byRule = new Map(
      options.rules.filter(isLeadRule).flatMap((rule) => {
        const procedure = procedureOf(rule);
        return procedure === undefined ? [] : [[rule.id, procedure]];
      }),
    );
    for (const incident of options.book.incidents.values()) if (incident.state !== 'closed') this.#runOf(incident);
  }

  /** How far the incident's procedure has come; undefined where none fits it. */
  view(id: string): ProcedureView | undefined {
    const found = this.#find(this.#incident(id));
    return found && procedureView(found.procedure, found.run, found.incident, this.#options.names);
  }

  /** The texts of what must be done before the incident can be closed, without what the procedure of `covering` asks in the same words. */
  openSteps(id: string, covering?: string): readonly string[] {
    const found = this.#find(this.#options.book.incidents.get(id));
    if (found === undefined) return [];
    const texts = (of: typeof found, steps: readonly Step[]) => steps.map(({ text }) => filled(text, of.incident, this.#options.names));
    const other = covering === undefined ? undefined : this.#find(this.#options.book.incidents.get(covering));
    const asked = other === undefined ? [] : texts(other, stepsOf(other.procedure, other.run, other.incident));
    return texts(found, openSteps(found.procedure, found.run, found.incident)).filter((text) => !asked.includes(text));
  }

  /** Looks at the clock: begins procedures of new incidents, logs steps that nobody has answered in their time, and stores what could not be stored. */
  tick(): void {
    const { book, clock, names, store } = this.#options;
    store.retry();
    const at = clock.now();
    for (const incident of [...book.incidents.values()]) {
      const found = incident.state === 'closed' ? undefined : this.#find(incident);
      if (found === undefined) continue;
      const { run, late } = ticked(found.procedure, found.run, incident, at);
      if (run !== found.run) this.#keep(run);
      for (const step of late) {
        book.apply({
          type: 'remark',
          remark: { incident: incident.id, by: GATEWAY, at, what: 'waits for an answer', note: filled(step.text, incident, names) },
        });
      }
    }
  }

  /** Takes an answer; a step with a door or a camera commands it first. Returns how far the procedure has come, which is stored by then if the disk can be written. */
  async answer(id: string, answer: ProcedureAnswer, by: Principal, operations: Operations): Promise<ProcedureView> {
    const found = this.#find(this.#incident(id));
    if (found === undefined) throw new Refusal('unknown', `no procedure fits incident ${id}`);
    const step = stepsOf(found.procedure, found.run, found.incident).find((each) => each.id === answer.step);
    const outcome = step === undefined ? { step: answer.step, answer: '' } : await this.#outcome(step, answer, found.incident, by, operations);
    return this.#take(id, { ...outcome, by: by.name, at: this.#options.clock.now() });
  }

  async #outcome(step: Step, answer: ProcedureAnswer, incident: Incident, by: Principal, operations: Operations) {
    if ('code' in answer) {
      if (!('verify' in step)) throw new Refusal('invalid', 'this step asks for no pass-code');
      const code = await this.#options.codes.compare(step.verify, answer.code);
      if (code === undefined)
        throw new Refusal('failed', `there is no pass-code "${step.verify}" yet: the integrator sets it by \`sallyport passcode set\``);
      return { step: step.id, code };
    }
    if ('contact' in answer) return answer;
    if ('preset' in step) return this.#turned(step, incident, by, operations);
    const door = doorOf(step);
    if (door === undefined) return answer;
    const target = door.at ?? incident.door;
    if (target === undefined) throw new Refusal('failed', 'no door belongs to this incident');
    const done = await operations.commandDoor(target, door.command, by, incident.id).then(
      () => true,
      () => false,
    );
    return { step: step.id, device: done ? ('done' as const) : ('failed' as const) };
  }

  /** Turns the camera as by the dispatcher's own hand: who has a better claim keeps it, and the log says who. */
  async #turned({ id, preset, camera }: PresetStep, incident: Incident, by: Principal, operations: Operations) {
    const target = camera ?? incident.cameras[0];
    if (target === undefined) throw new Refusal('failed', 'no camera belongs to this incident');
    return operations.steer(target, { action: 'preset', preset }, by, incident.id).then(
      () => ({ step: id, device: 'done' as const }),
      (error: unknown) => ({ step: id, device: 'failed' as const, reason: (error as Error).message }),
    );
  }

  #take(id: string, input: AnswerInput): ProcedureView {
    const { book, names } = this.#options;
    // Looked up again: others may have answered while a door or a pass-code was asked.
    const found = this.#find(this.#incident(id));
    if (found === undefined) throw new Refusal('unknown', `no procedure fits incident ${id}`);
    const result = answered(found.procedure, found.run, found.incident, input);
    if ('refused' in result) throw new Refusal('conflict', result.refused);
    this.#keep(result.run);
    const duress = 'code' in input && input.code === 'duress';
    const refused = book.apply({
      type: 'remark',
      remark: {
        incident: id,
        by: input.by,
        at: input.at,
        what: result.what,
        note: filled(result.step.text, found.incident, names),
        ...(duress && { mostUrgentBecause: 'The duress code was given: somebody acts under threat' }),
      },
    });
    if (refused !== undefined) throw new Refusal('unknown', refused.message);
    book.flush();
    return procedureView(found.procedure, result.run, this.#incident(id), names);
  }

  #incident(id: string): Incident {
    const incident = this.#options.book.incidents.get(id);
    if (incident === undefined) throw new Refusal('unknown', `there is no incident ${id}; it was closed long ago or belongs to another site`);
    return incident;
  }

  #find(incident: Incident | undefined): { readonly procedure: Procedure; readonly run: Run; readonly incident: Incident } | undefined {
    const run = incident && this.#runOf(incident);
    const procedure = run && this.#options.procedures.find(({ id }) => id === run.procedure);
    return incident && run && procedure && { procedure, run, incident };
  }

  /** The incident keeps the procedure that it began with, as long as the files have it. */
  #runOf(incident: Incident): Run | undefined {
    const { procedures, store, clock } = this.#options;
    const known = this.#runs.get(incident.id) ?? store.get(incident.id);
    if (known !== undefined && procedures.some(({ id }) => id === known.procedure)) {
      this.#runs.set(incident.id, known);
      return known;
    }
    const procedure = incident.state === 'closed' ? undefined : procedureFor(procedures, this.#byRule, incident);
    if (procedure === undefined) return undefined;
    const run = begun(procedure, incident, clock.now());
    this.#keep(run);
    return run;
  }

  #keep(run: Run): void {
    this.#options.store.save([run]);
    this.#runs.set(run.incident, run);
  }
}
