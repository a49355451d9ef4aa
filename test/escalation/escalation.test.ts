import assert from 'node:assert/strict';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import type { Incident } from '../../src/domain/incident.ts';
import { capMessage } from '../../src/escalation/cap.ts';
import { step } from '../../src/escalation/escalation.ts';
import type { Due, Escalation } from '../../src/escalation/escalation.ts';
import { signedHeaders } from '../../src/escalation/signature.ts';
import { finding, lead, NOON, run } from '../incidents/lab.ts';

const policy = {
  targets: [{ priority: 2, acknowledgeWithinMs: 30_000, resolveWithinMs: 600_000 }] as const,
  chain: [1, 2].map((each) => ({ name: `Leader ${each}`, url: `http://127.0.0.${each}/`, waitMs: 60_000 })),
};
const incident: Incident = run(finding(lead(0))).incident;

/** What fell due at each second, asked once a second. */
function timeline(until: number, at: (second: number) => Incident): [number, Due][] {
  const found: [number, Due][] = [];
  let escalation: Escalation | undefined;
  for (let second = 0; second <= until; second += 1) {
    const stepped = step(policy, escalation, at(second), NOON + second * 1000);
    escalation = stepped.escalation;
    found.push(...stepped.due.map((due): [number, Due] => [second, due]));
  }
  return found;
}

describe('the escalation of an incident', () => {
  it('reminds and tells the chain one after the other while nobody acknowledges', () => {
    const told = timeline(300, () => incident).map(([second, due]) => `${second} ${due.type}`);
    assert.deepEqual(told, ['30 remind', '30 notify', '90 notify']);
  });

  it('stops at the acknowledgement, and begins anew when the incident comes back', () => {
    const told = timeline(300, (second) =>
      second < 60 ? incident : second < 100 ? { ...incident, state: 'acknowledged' } : { ...incident, renewed: 'raised-again' },
    ).map(([second, due]) => `${second} ${due.type}`);
    assert.deepEqual(told, ['30 remind', '30 notify', '60 stop', '130 remind', '130 notify', '190 notify']);
  });

  it('logs once that it takes too long to resolve, and tells nobody', () => {
    const told = timeline(700, (second) => (second < 10 ? incident : { ...incident, state: 'in-progress' })).map(
      ([second, { type }]) => `${second} ${type}`,
    );
    assert.deepEqual(told, ['10 stop', '600 resolve-late']);
  });

  it('leaves tests and what is suppressed alone', () => {
    assert.deepEqual(
      timeline(300, () => ({ ...incident, test: true })),
      [],
    );
  });

  it('never notifies after the acknowledgement, whenever it comes and whenever the clock ticks', () => {
    const states = ['acknowledged', 'in-progress', 'on-hold', 'resolved', 'closed'] as const;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom(...states),
        (gaps, acknowledgedAfter, state) => {
          let at = NOON;
          let escalation: Escalation | undefined;
          for (const [index, gap] of gaps.entries()) {
            at += gap;
            const seen: Incident = index < acknowledgedAfter ? incident : { ...incident, state };
            const stepped = step(policy, escalation, seen, at);
            escalation = stepped.escalation;
            if (index >= acknowledgedAfter) assert(stepped.due.every(({ type }) => type !== 'notify' && type !== 'remind'));
          }
        },
      ),
    );
  });
});

describe('the signature of a message', () => {
  it('is that of the Standard Webhooks specification’s example', () => {
    const headers = signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    assert.equal(headers['Webhook-Signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});

describe('an incident as a CAP 1.2 message', () => {
  const source = { site: { id: 'lab', name: 'Lab & Co' }, lab: false, name: (id: string) => id };
  const parsed = (of: Incident) =>
    (new XMLParser({ parseTagValue: false }).parse(capMessage(of, source)) as { alert: Record<string, unknown> & { info: Record<string, unknown> } })
      .alert;

  it('has the elements of the schema in its order', () => {
    assert.deepEqual(
      Object.keys(parsed({ ...incident, revision: 2 })).filter((key) => !key.startsWith('@')),
      [...['identifier', 'sender', 'sent', 'status', 'msgType', 'scope', 'restriction', 'references', 'incidents', 'info']],
    );
    assert.deepEqual(Object.keys(parsed(incident).info), [
      ...['language', 'category', 'event', 'urgency', 'severity', 'certainty', 'onset', 'senderName', 'headline', 'description', 'parameter', 'area'],
    ]);
  });

  it('is an Alert first, then an Update, then a Cancel that refer to it', () => {
    assert.equal(parsed(incident)['msgType'], 'Alert');
    const update = parsed({ ...incident, revision: 3 });
    assert.deepEqual([update['msgType'], update['references']], ['Update', `sallyport@lab,lab-${incident.id}-1,2026-01-15T12:00:00-00:00`]);
    assert.equal(parsed({ ...incident, revision: 4, state: 'closed' })['msgType'], 'Cancel');
    assert.equal(parsed({ ...incident, test: true })['status'], 'Test');
  });

  it('escapes what names hold', () => {
    assert.equal(parsed({ ...incident, title: 'a < b & "c"' }).info['headline'], 'a < b & "c"');
  });
});
