import { Observable } from 'rxjs';
import type { Effect } from '../domain/effect.ts';
import type { LocatedEvent } from '../domain/event.ts';
import type { Finding, LeadFinding } from '../domain/incident.ts';
import { NORMAL_THREAT } from '../domain/threat.ts';
import { Accounting, Seen } from './accounting.ts';
import type { CorrelationContext } from './context.ts';
import { Dispatch } from './dispatch.ts';
import { DueQueue } from './due-queue.ts';
import { Memories } from './patterns/memory.ts';
import { LeadRun } from './lead-rule.ts';
import { isLeadRule, isSupportRule } from './rule-schema.ts';
import type { Rule, SuppressRule } from './rule-schema.ts';
import type { Runtime } from './runtime.ts';
import { happening } from './select.ts';
import type { Slot } from './select.ts';
import { SupportRun } from './support-rule.ts';
import { Threats } from './threats.ts';

/**
 * Turns events into findings: leads at once, then what strengthens or ends them, and effects. Windows count in event time; an event that
 * arrives up to 5 s late leads to the same findings or takes back what was concluded without it. The findings of an event are
 * emitted before `next` of the event returns, except those that its rule lets wait (`lateness`, `lasts`, `absence`).
 *
 * What rules remember is in memory. After a restart feed the state of each point as it was `lookBackMs` before `knownBefore` with `initial: true`, then the
 * journal since: findings made again keep their ids, and the incident book knows them.
 */
export function correlate(events$: Observable<LocatedEvent>, rules: readonly Rule[], context: CorrelationContext): Observable<Finding | Effect> {
  return new Observable((subscriber) => {
    const engine = new Engine(rules, context, (found) => subscriber.next(found));
    const source = events$.subscribe({
      next: (event) => engine.take(event),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    return () => {
      source.unsubscribe();
      engine.close();
    };
  });
}

/** The rules at work. An exception inside one of them is counted and told; the others, and the rule itself, go on. */
class Engine {
  readonly #context: CorrelationContext;
  readonly #runtime: Runtime;
  readonly #dispatch: Dispatch;

  constructor(rules: readonly Rule[], context: CorrelationContext, emit: (found: Finding | Effect) => void) {
    this.#context = context;
    const { knownBefore = -Infinity } = context;
    const due = new DueQueue(context.scheduler, ({ at, waiting }) => {
      this.#runtime.now = Math.max(this.#runtime.now, at);
      try {
        waiting.due();
      } catch (error) {
        this.#failed(waiting.rule, error);
      }
    });
    const threats = new Threats((id) => context.site.threatLevel?.(id));
    this.#runtime = {
      site: context.site,
      due,
      accounting: context.accounting ?? new Accounting(),
      memories: new Memories(),
      threats,
      threatLevel: context.threatLevel ?? ((areas, at) => threats.at(areas, at)?.id ?? NORMAL_THREAT),
      knownBefore,
      now: 0,
      emit: (found) => {
        if (found.at >= knownBefore) emit(found);
      },
    };
    this.#dispatch = new Dispatch(slotsOf(rules, this.#runtime));
  }

  take(event: LocatedEvent): void {
    const runtime = this.#runtime;
    // Time is when events arrived, by the journal: read again after a restart or a month later, they lead to the same.
    const now = Math.max(runtime.now, event.receivedAt);
    runtime.due.runBefore(now);
    runtime.now = now;
    runtime.accounting.take();
    if (event.kind === 'threat.level') runtime.threats.apply(event);
    const seen = new Seen(event, now);
    for (const each of this.#dispatch.slotsFor(event)) {
      try {
        each.take(seen);
      } catch (error) {
        this.#failed(each.rule, error);
      }
    }
  }

  close(): void {
    this.#runtime.due.close();
  }

  #failed(rule: string, error: unknown): void {
    this.#runtime.accounting.failed(rule);
    this.#context.failed?.(rule, error);
  }
}

/** Those that suppress come first, then what rules remember together; ends and those that strengthen come after those that lead. */
function slotsOf(rules: readonly Rule[], runtime: Runtime): readonly Slot[] {
  const strengthening = rules.filter(isSupportRule).map((rule) => ({ rule, run: new SupportRun(rule, runtime) }));
  const led = (lead: LeadFinding) => {
    for (const { rule, run } of strengthening) if (rule.strengthens.includes(lead.incidentKind)) run.led(lead);
  };
  const suppressing = rules.filter((rule): rule is SuppressRule => 'suppresses' in rule).map((rule) => suppression(rule, runtime));
  const leading = rules.filter(isLeadRule).flatMap((rule, order) => new LeadRun(rule, order, runtime, led).slots);
  return [...suppressing, ...runtime.memories.slots, ...leading, ...runtime.memories.endSlots, ...strengthening.flatMap(({ run }) => run.slots)];
}

function suppression({ id, suppresses }: SuppressRule, runtime: Runtime): Slot {
  return happening(id, suppresses, runtime, (seen) => runtime.accounting.suppress(seen, id));
}
