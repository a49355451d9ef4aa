import type { Effect } from '../domain/effect.ts';
import type { LocatedEvent } from '../domain/event.ts';
import type { LeadFinding } from '../domain/incident.ts';
import type { ThreatLevel } from '../domain/threat.ts';
import type { Seen } from './accounting.ts';
import type { Duration } from './duration.ts';
import type { Moment } from './moment.ts';
import { Absent } from './patterns/absent.ts';
import { Armed } from './patterns/armed.ts';
import { Chain } from './patterns/chain.ts';
import type { Condition } from './patterns/condition.ts';
import type { Ending, Ends } from './patterns/ends.ts';
import { Explained } from './patterns/explained.ts';
import { Judge } from './patterns/judge.ts';
import { Lasts } from './patterns/lasts.ts';
import { incidentKey } from './relation.ts';
import { HELD_AFTER } from './rule-schema.ts';
import type { LeadRule } from './rule-schema.ts';
import type { Runtime } from './runtime.ts';
import { triggersOf } from './schema/when.ts';
import type { Slot } from './select.ts';
import { happening } from './select.ts';
import { interval, words } from './template.ts';

/** A rule that opens incidents or acts: its pattern, and what ends it, as findings and effects. */
export class LeadRun {
  readonly slots: readonly Slot[];
  readonly #rule: LeadRule;
  readonly #runtime: Runtime;
  /** Is told of each lead, with the event as it was seen. */
  readonly #leads: (lead: LeadFinding) => void;
  readonly #ends: Ends | undefined;
  readonly #ending: Ending;
  /** The incident to which an event was told last. */
  readonly #told = new WeakMap<Seen, string>();
  readonly #words;

  /** `order`: its place among the rules. */
  constructor(rule: LeadRule, order: number, runtime: Runtime, leads: (lead: LeadFinding) => void) {
    this.#rule = rule;
    this.#runtime = runtime;
    this.#leads = leads;
    this.#words = {
      title: words(rule.title ?? ''),
      reason: words(rule.opens?.reason ?? ''),
      evidence: words('{point} {words} {when}'),
      end: words('{point} {words}'),
      effects: (rule.does ?? []).flatMap((does) =>
        'procedure' in does ? [] : [{ does, reason: words('bookmark' in does ? does.bookmark : does.reason) }],
      ),
    };
    this.#ending = { order, tell: (event, group) => this.#ended(event, group) };
    if (rule.restoredBy !== undefined && rule.opens !== undefined) {
      this.#ends = runtime.memories.ends(rule.id, rule.restoredBy, rule.opens.per, runtime);
      this.#ends.add(this.#ending, waitMs(rule));
    }
    this.slots = this.#pattern();
  }

  #pattern(): readonly Slot[] {
    const { id, when, lasts, lateness } = this.#rule;
    const tell = (moment: Moment) => this.#tell(moment);
    if (lasts !== undefined) return new Lasts(id, triggersOf(when), (event) => this.#howLong(event), lateness.ms, this.#runtime, tell).slots;

    const conditions = this.#conditions();
    const judge = new Judge(id, conditions, waitMs(this.#rule), this.#runtime, tell);
    // An event is learnt of before it is considered.
    return [...conditions.flatMap(({ slots }) => slots), ...this.#triggers(judge)];
  }

  #conditions(): readonly Condition[] {
    const { id, when, armed, lateness, unless = [] } = this.#rule;
    const waits = waitMs(this.#rule);
    const conditions: Condition[] = unless.map((line) => new Explained(id, line, lateness.ms, waits, this.#runtime));
    if (armed !== undefined) conditions.push(new Armed(id, armed, waits, this.#runtime));
    if (when.pattern === 'absence') conditions.push(new Absent(id, when, lateness.ms, this.#runtime));
    else if (when.pattern !== 'any') conditions.push(new Chain(id, when, lateness.ms, this.#runtime));
    return conditions;
  }

  #triggers(judge: Judge): readonly Slot[] {
    const { id, when } = this.#rule;
    const inferred = isInferred(this.#rule);
    let latest: Seen | undefined;
    return triggersOf(when).map((selector) => {
      return happening(id, selector, this.#runtime, (seen) => {
        // What happened while the link was down may have had an explanation that was missed with it.
        if (seen.suppressedBy !== undefined || (inferred && seen.event.details['changedWhileOffline'] === true)) return;
        // An event may fit several steps of a pattern.
        if (seen === latest) return;
        latest = seen;
        judge.consider(seen);
      });
    });
  }

  #tell(moment: Moment): void {
    if (moment.type === 'begins') this.#begins(moment.seen);
    else if (moment.type === 'continues') this.#continues(moment.seen.event, moment.with);
    else this.#takenBack(moment.seen.event, moment.because);
  }

  #begins(seen: Seen): void {
    const { id, opens } = this.#rule;
    const { event } = seen;
    if (opens !== undefined) {
      const lead = this.#lead(event, opens);
      this.#told.set(seen, lead.incidentKey);
      this.#runtime.accounting.attach(seen);
      this.#runtime.emit(lead);
      this.#leads(lead);
      this.#ends?.begun(event, this.#ending);
    }
    for (const [index, { does, reason }] of this.#words.effects.entries()) {
      const base = { type: 'effect', rule: id, event, at: this.#runtime.now, reason: reason(event, this.#runtime.site.name) } as const;
      const effect: Effect =
        'bookmark' in does
          ? { ...base, id: `${id}:${event.id}`, effect: 'bookmark' }
          : { ...base, id: `${id}:${event.id}:${index}`, effect: 'preset', camera: does.camera, preset: does.preset, priority: opens?.priority ?? 5 };
      this.#runtime.accounting.attach(seen);
      this.#runtime.emit(effect);
    }
  }

  /** Another event of the pattern becomes evidence, once for each incident. */
  #continues(trigger: LocatedEvent, seen: Seen): void {
    const { event } = seen;
    if (this.#rule.opens === undefined || this.#told.get(seen) === this.#key(trigger)) return;
    this.#told.set(seen, this.#key(trigger));
    this.#runtime.accounting.attach(seen);
    this.#runtime.emit({
      ...this.#common(event),
      incidentKey: this.#key(trigger),
      type: 'support',
      id: `${this.#rule.id}:${trigger.id}:${event.id}`,
      reason: this.#words.evidence(event, this.#runtime.site.name, { lead: trigger }),
      raisePriorityBy: 0,
    });
  }

  #ended(event: LocatedEvent, group: string): void {
    const { id, opens, resolves } = this.#rule;
    if (opens === undefined) return;
    this.#runtime.emit({
      ...this.#common(event),
      incidentKey: `${opens.incident}@${group}`,
      type: 'restore',
      id: `${id}:${event.id}`,
      resolves,
      reason: this.#words.end(event, this.#runtime.site.name),
    });
  }

  /** What nobody had to act on is over by itself: taking back always resolves. */
  #takenBack(event: LocatedEvent, because: LocatedEvent): void {
    if (this.#rule.opens === undefined) return;
    const { name } = this.#runtime.site;
    const late = because.eventAt > event.eventAt ? '' : ', which was told late';
    this.#runtime.emit({
      ...this.#common(event),
      type: 'restore',
      id: `${this.#rule.id}:${event.id}:${because.id}`,
      resolves: true,
      reason: `Taken back: ${this.#words.end(because, name)} ${interval(because.eventAt - event.eventAt)}${late}`,
    });
  }

  #lead(event: LocatedEvent, opens: NonNullable<LeadRule['opens']>): LeadFinding {
    const hold = this.#howLong(event);
    const filling = hold === undefined ? {} : { seconds: hold.ms / 1000 };
    return {
      ...this.#common(event),
      type: 'lead',
      id: `${this.#rule.id}:${event.id}`,
      incidentKind: opens.incident,
      title: this.#words.title(event, this.#runtime.site.name, filling),
      priority: opens.priority,
      ...raisedByThreat(this.#runtime.threats.at(event.place.areas, event.eventAt)),
      reason: this.#words.reason(event, this.#runtime.site.name, filling),
    };
  }

  #howLong({ place, point }: LocatedEvent): Duration | undefined {
    const { lasts: time } = this.#rule;
    if (time !== HELD_AFTER) return time;
    const seconds = this.#runtime.site.heldAfterSeconds(place.door ?? point);
    return seconds === undefined ? undefined : { ms: seconds * 1000 };
  }

  #key(event: LocatedEvent): string {
    const { opens } = this.#rule;
    return opens === undefined ? '' : incidentKey(opens.incident, event, opens.per);
  }

  #common(event: LocatedEvent) {
    return { rule: this.#rule.id, incidentKey: this.#key(event), event, at: this.#runtime.now };
  }
}

/** What the threat level adds to the urgency of a lead. */
function raisedByThreat(level: ThreatLevel | undefined): Pick<LeadFinding, 'threat'> {
  return level === undefined || level.raisesPriorityBy === 0 ? {} : { threat: { title: level.title, raisesPriorityBy: level.raisesPriorityBy } };
}

/** Whether the rule concludes from what others tell, so that a message on its way may matter. */
function isInferred({ when, unless = [], armed }: LeadRule): boolean {
  const waits = unless.some(({ within, stands }) => within !== undefined || stands !== undefined);
  const negative = when.pattern === 'absence' || (when.pattern === 'sequence' && when.steps.some(({ not }) => not));
  return waits || negative || armed !== undefined;
}

/** From an event to its judgement. */
function waitMs(rule: LeadRule): number {
  const lateness = isInferred(rule) ? rule.lateness.ms : 0;
  return lateness + (rule.when.pattern === 'absence' ? rule.when.within.ms : 0);
}
