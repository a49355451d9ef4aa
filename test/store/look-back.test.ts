import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openAlarmPath } from '../../src/alarm-path.ts';
import type { AlarmPath } from '../../src/alarm-path.ts';
import { lookBackMs } from '../../src/correlation/look-back.ts';
import { readRules } from '../../src/correlation/read-rules.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { readCases } from '../../src/replay/case-file.ts';
import { VirtualGateway } from '../../src/replay/virtual-gateway.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ManualClock } from '../support/manual-clock.ts';

const { site, rules } = readCases(join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests', 'access.yaml'));
const MINUTE_MS = 60_000;

/** Four denials, and another alarm that moves the book on in the journal; the fifth comes 100 s after the first. */
const denied = { kind: 'access.denied', point: 'reader-annex', phase: 'momentary' } as const;
const granted = { kind: 'access.granted', point: 'reader-annex', phase: 'momentary' } as const;
const opened = { kind: 'door.open', point: 'door-annex', phase: 'raised' } as const;
const opens = (incident: string) => ({ incident, priority: 3, reason: incident });
const { rules: unlessGranted } = readRules([
  {
    file: 'unless.yaml',
    document: {
      rules: [
        {
          id: 'opened',
          title: 'o',
          when: { event: 'door.open' },
          unless: [{ event: 'access.granted', within: '10s', by: 'door' }],
          opens: opens('opened'),
        },
        { id: 'held', title: 'h', when: { event: 'door.held' }, opens: opens('held') },
      ],
    },
  },
]);
const held = { kind: 'door.held', point: 'door-annex', phase: 'raised' } as const;

describe('a gateway that starts again in the middle of a long window', () => {
  describe('on its database file', () => {
    let folder: string;
    let clock: ManualClock;
    let store: Store;
    let path: AlarmPath;
    const open = (by = rules) => {
      store = openStore(join(folder, 'sallyport.db'));
      path = openAlarmPath({ store, site, rules: by, clock, log: pino({ level: 'silent' }), problems: new Set() });
    };
    const close = () => {
      path.book.flush();
      path.close();
      store.close();
    };
    const report = (signal: DeviceSignal) => path.intake.report('controller', signal);
    const kinds = () => [...path.book.incidents.values()].map(({ kind }) => kind);

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'sallyport-look-back-'));
      clock = new ManualClock();
      open();
    });
    afterEach(() => {
      close();
      rmSync(folder, { recursive: true });
    });

    it('has forgotten nothing of the window', async () => {
      for (let count = 0; count < 4; count += 1) await report(denied);
      await report(held);
      clock.advance(1.7 * MINUTE_MS);
      close();
      open();
      assert(path.book.position > 4, 'the book accounts for the denials');
      await report(denied);
      assert.deepEqual(kinds(), ['door-held', 'repeated-denials']);
    });

    it('finds nothing by what it has read without that which explained it', async () => {
      close();
      open(unlessGranted);
      await report(granted);
      clock.advance(5000);
      await report(opened);
      clock.advance(lookBackMs(unlessGranted, site) - 2000);
      await report(held);
      close();
      open(unlessGranted);
      await report({ ...held, phase: 'restored' });
      assert.deepEqual(kinds(), ['held']);
    });

    it('accounts for what it has taken since, not for what it has read again', async () => {
      for (let count = 0; count < 3; count += 1) await report(denied);
      assert.equal(path.accounting.taken, path.intake.counts.accepted);
      close();
      open();
      assert.deepEqual([path.intake.counts.accepted, path.accounting.taken], [0, 0]);
      await report(denied);
      await report(denied);
      await report(held);
      assert.equal(path.intake.counts.accepted, 3);
      assert.equal(path.accounting.taken, 3);
      const { accounting } = path;
      assert.deepEqual(accounting.failures.size, 0);
      const sum = (['attached', 'waiting', 'suppressed', 'informational'] as const).reduce((all, outcome) => all + accounting.count(outcome), 0);
      assert.equal(sum, accounting.taken);
    });
  });

  it('as the virtual gateway does, which rule tests are run with', () => {
    const gateway = new VirtualGateway(site, rules, 0);
    const take = (seq: number, signal: DeviceSignal) =>
      gateway.take({ ...signal, id: `e${seq}`, seq, device: 'controller', receivedAt: gateway.now, eventAt: gateway.now, details: {} });
    for (let seq = 1; seq < 5; seq += 1) take(seq, denied);
    gateway.advanceTo(1.7 * MINUTE_MS);
    gateway.restart();
    take(5, denied);
    gateway.close();
    assert.deepEqual(
      gateway.incidents.map(({ kind }) => kind),
      ['repeated-denials'],
    );
  });

  it('knows the end of what stood before, though another end at the same point was read again', () => {
    const gateway = new VirtualGateway(site, rules, 0);
    let seq = 0;
    const lost = (cause: string, phase: 'raised' | 'restored') => {
      const event = { id: `e${(seq += 1)}`, seq, kind: 'video.lost', point: 'cam-server', phase, device: 'recorder', details: { cause } } as const;
      gateway.take({ ...event, receivedAt: gateway.now, eventAt: gateway.now });
    };
    lost('signal', 'raised');
    lost('stream', 'raised');
    gateway.advanceTo(MINUTE_MS);
    lost('signal', 'restored');
    const [before] = gateway.incidents;
    gateway.advanceTo(gateway.now + 3 * lookBackMs(rules, site));
    gateway.restart();
    lost('stream', 'restored');
    gateway.close();
    assert.deepEqual([before?.kind, before?.condition], ['camera-lost', 'active']);
    assert.deepEqual(
      gateway.incidents.map(({ state, condition }) => [state, condition]),
      [['resolved', 'normal']],
    );
  });
});
