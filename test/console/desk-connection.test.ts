import assert from 'node:assert/strict';
import type { SessionState, SocketHandlers } from '../../src/console/desk-connection.ts';
import { DeskConnection } from '../../src/console/desk-connection.ts';
import { DeskModel } from '../../src/console/desk-model.ts';
import type { FromConsole, ToConsole } from '../../src/desk/protocol.ts';
import { fromConsole, PROTOCOL_VERSION } from '../../src/desk/protocol.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { forcedDoor, hello, quietState } from './canned.ts';

/** The gateway's end of one socket. */
interface Line {
  readonly sent: FromConsole[];
  closed: boolean;
  readonly say: (message: ToConsole) => void;
  readonly raw: (text: string) => void;
  readonly cut: () => void;
}

describe('the connection to the desk', () => {
  let clock: ManualClock;
  let lines: Line[];
  let session: SessionState;
  let connection: DeskConnection;
  const line = () => lines.at(-1)!;
  const goLive = (epoch = 'one') => {
    line().say(hello(epoch, clock.now()));
    line().say(quietState(clock.now()));
  };

  beforeEach(() => {
    clock = new ManualClock();
    lines = [];
    session = 'valid';
    const openSocket = (handlers: SocketHandlers) => {
      const opened: Line = {
        sent: [],
        closed: false,
        say: (message) => handlers.message(JSON.stringify(message)),
        raw: handlers.message,
        cut: handlers.closed,
      };
      lines.push(opened);
      return { send: (text: string) => opened.sent.push(fromConsole.parse(JSON.parse(text))), close: () => (opened.closed = true) };
    };
    connection = new DeskConnection({ openSocket, clock, sessionState: () => Promise.resolve(session) });
    connection.connect();
  });

  afterEach(() => {
    connection.close();
    assert.equal(clock.waiting, 0, 'no timer is left behind');
  });

  it('asks for everything when it has nothing yet', () => {
    goLive();
    assert.deepEqual(line().sent, [{ type: 'resume' }]);
    assert.equal(connection.link.state, 'live');
  });

  it('asks only for what it missed when the gateway is the same as before', () => {
    goLive();
    line().cut();
    clock.advance(1_000);
    line().say(hello('one', clock.now()));
    assert.deepEqual(line().sent, [{ type: 'resume', epoch: 'one', revision: 10 }]);
    assert.equal(connection.link.state, 'live', 'up to date without waiting for a change');
  });

  it('asks for everything when the gateway was restarted, and counts as connected when it has it', () => {
    goLive();
    line().cut();
    clock.advance(1_000);
    line().say(hello('two', clock.now()));
    assert.deepEqual(line().sent, [{ type: 'resume' }]);
    assert.equal(connection.link.state, 'lost');
    line().say(quietState(clock.now()));
    assert.equal(connection.link.state, 'live');
  });

  it('tries again with growing pauses of at most ten seconds', () => {
    line().cut();
    for (const pauseMs of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      const before = lines.length;
      clock.advance(pauseMs - 1);
      assert.equal(lines.length, before);
      clock.advance(1);
      assert.equal(lines.length, before + 1);
      line().cut();
    }
  });

  it('remembers since when the connection is lost over all attempts', () => {
    goLive();
    const at = clock.now();
    line().cut();
    clock.advance(500);
    line().cut();
    assert.equal(connection.link.state === 'lost' && connection.link.since, at);
  });

  it('gives up on a gateway that accepts the connection and then says nothing', () => {
    clock.advance(10_000);
    assert.equal(connection.link.state, 'lost');
    assert.ok(lines[0]!.closed);
  });

  it('notices a gateway that is gone although no socket was closed', async () => {
    goLive();
    session = 'unreachable';
    clock.advance(15_000);
    await until('the loss to be noticed', () => connection.link.state === 'lost');
  });

  it('says that the session has ended instead of trying for ever', async () => {
    goLive();
    session = 'signed-out';
    line().cut();
    await until('the end of the session', () => connection.link.state === 'signed-out');
    assert.equal(clock.waiting, 0);
  });

  it('asks to be reloaded by a gateway of another protocol version, even if it cannot read its hello', () => {
    line().raw(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION + 1, unheardOf: true }));
    assert.equal(connection.link.state, 'outdated');
    assert.equal(clock.waiting, 0);
  });

  it('takes everything anew after a message that it cannot read', () => {
    const { error } = console;
    console.error = () => undefined;
    goLive();
    line().raw('{"type":"changes","revision":"eleven"}');
    console.error = error;
    clock.advance(10_000);
    line().say(hello('one', clock.now()));
    assert.deepEqual(line().sent, [{ type: 'resume' }]);
  });

  it('names the revision that was on the screen with an action, and hands back the answer', async () => {
    goLive();
    const answer = connection.act(forcedDoor(clock.now(), { revision: 7 }), { action: 'acknowledge' });
    const sent = line().sent.at(-1)!;
    assert.deepEqual(sent, { type: 'act', request: 1, incident: 'i1', revision: 7, act: { action: 'acknowledge' } });
    line().say({ type: 'answer', request: 1, ok: false, code: 'stale', message: 'Somebody was faster.' });
    assert.deepEqual(await answer, { ok: false, code: 'stale', message: 'Somebody was faster.' });
  });

  it('does not leave an action without an answer when the connection breaks', async () => {
    goLive();
    const answer = connection.commandDoor('door-main', 'unlock', 'i1');
    line().cut();
    assert.equal((await answer).ok, false);
  });

  it('sends nothing without a connection', async () => {
    const answer = await connection.startScenario('forced-door');
    assert.equal(answer.ok, false);
    assert.deepEqual(line().sent, []);
  });

  it('tells the desk of an alarm once, with the focus already moved', () => {
    const alarms: string[] = [];
    const alarm = (arrived: readonly { id: string }[]) => alarms.push(...arrived.map(({ id }) => `${id} ${model.snapshot().focus.incident}`));
    const model = new DeskModel({
      connection,
      clock,
      typing: () => false,
      alarm,
      remind: (waiting) => alarms.push(...waiting.map(({ id }) => `again ${id}`)),
    });
    goLive();
    const incident = forcedDoor(clock.now());
    line().say({ type: 'changes', revision: 11, incidents: [incident] });
    line().say({ type: 'changes', revision: 12, incidents: [{ ...incident, revision: 2 }] });
    assert.deepEqual(alarms, ['i1 i1']);
    const reminder = { at: 1, by: 'sallyport', what: 'reminds: nobody has acknowledged it within 30 s' };
    line().say({ type: 'changes', revision: 13, incidents: [{ ...incident, revision: 3, log: [...incident.log, reminder] }] });
    assert.deepEqual(alarms, ['i1 i1', 'again i1']);
  });

  it('shows the incident that the page’s address names, once, and then what the dispatcher chooses', () => {
    const model = new DeskModel({ connection, clock, typing: () => false, alarm: () => undefined, remind: () => undefined, linked: 'i2' });
    goLive();
    const [first, second] = [forcedDoor(clock.now()), { ...forcedDoor(clock.now()), id: 'i2' }];
    line().say({ type: 'changes', revision: 11, incidents: [first, second] });
    assert.equal(model.snapshot().focus.incident, 'i2');
    model.show('i1');
    line().say({ type: 'changes', revision: 12, incidents: [{ ...second, revision: 2 }] });
    assert.equal(model.snapshot().focus.incident, 'i1');
  });
});
