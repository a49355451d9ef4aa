import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { createController } from '../../../simulators/bacnet-door/index.ts';
import { parseOptions } from '../../../simulators/bacnet-door/options.ts';
import { until } from '../../support/until.ts';

const host = '127.0.0.3';

// Frames as the standard spells them, octet by octet: this test shares no codec with the simulator.
const frame = (apdu: string, expectsReply = true) => {
  const npdu = Buffer.from(`01${expectsReply ? '04' : '00'}${apdu.replaceAll(' ', '')}`, 'hex');
  return Buffer.concat([Buffer.from([0x81, 0x0a, 0, npdu.length + 4]), npdu]);
};

describe('the BACnet door simulator, on the wire', () => {
  const device = createController('ctl', parseOptions({ host, port: 0, deviceInstance: 3001, doors: 1, pulseMs: 20, heldAfterMs: 20 }));
  let socket: Socket;
  let heard: string[] = [];

  beforeEach(async () => {
    await device.start();
    heard = [];
    socket = createSocket('udp4');
    socket.on('message', (bytes) => heard.push(bytes.subarray(6).toString('hex')));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    await device.stop();
  });

  const say = (apdu: string, expectsReply = true) => socket.send(frame(apdu, expectsReply), device.port, host);
  const answer = (what: string, start: string) => until(what, () => heard.find((each) => each.startsWith(start)));

  it('answers Who-Is with I-Am when its instance is asked for', async () => {
    // Who-Is 3002..4000, which it is not; then 3000..4000.
    say('10 08 0A 0B BA 1A 0F A0', false);
    say('10 08 0A 0B B8 1A 0F A0', false);
    assert.equal(await answer('I-Am', '1000'), '1000c402000bb92205c491032203e7');
    assert.equal(heard.length, 1);
  });

  it('rejects a service that it does not know, and aborts a segmented request', async () => {
    say('00 05 07 63');
    assert.equal(await answer('reject', '60'), '600709');
    say('08 05 08 00 01 0C');
    assert.equal(await answer('abort', '71'), '710804');
  });

  it('answers an error for an object or a property that it does not have', async () => {
    // ReadProperty of Access Door 9, Present_Value; of Access Door 1, property 40 (not a door's).
    say('00 05 01 0C 0C 07 80 00 09 19 55');
    assert.equal(await answer('unknown object', '5001'), '50010c9101911f');
    say('00 05 02 0C 0C 07 80 00 01 19 28');
    assert.equal(await answer('unknown property', '5002'), '50020c91029120');
  });

  it('relinquishes a pulse at its priority after its time', async () => {
    // WriteProperty of Present_Value := PULSE_UNLOCK at priority 8, then reads of Present_Value.
    say('00 05 01 0F 0C 07 80 00 01 19 55 3E 91 02 3F 49 08');
    await answer('ack', '20010f');
    await until('LOCK again', () => {
      say('00 05 02 0C 0C 07 80 00 01 19 55');
      return heard.some((each) => each.startsWith('30020c') && each.endsWith('3e91003f'));
    });
  });

  it('notifies unconfirmed when asked to, at once and with each change, until it is cancelled', async () => {
    // SubscribeCOV: process 5, Access Door 1, unconfirmed, 60 s.
    say('00 05 01 05 09 05 1C 07 80 00 01 29 00 39 3C');
    await answer('ack', '200105');
    await until('first notification', () => heard.filter((each) => each.startsWith('1002')).length === 1);
    await device.stimuli['force']?.({ door: 1 });
    // Door_Alarm_State (226) is FORCED_OPEN (3).
    await until('forced', () => heard.some((each) => each.startsWith('1002') && each.includes('09e22e91032f')));
    say('00 05 02 05 09 05 1C 07 80 00 01');
    await answer('ack', '200205');
    assert.equal(device.subscriptions, 0);
    await device.stimuli['close']?.({ door: 1 });
  });

  it('shows a door that stands open too long, unless it was forced', async () => {
    const alarm = async (value: number) => {
      say('00 05 09 0C 0C 07 80 00 01 19 E2');
      await until(`alarm ${value}`, () => {
        say('00 05 09 0C 0C 07 80 00 01 19 E2');
        return heard.some((each) => each.startsWith('30090c') && each.endsWith(`3e910${value}3f`));
      });
    };
    await device.stimuli['badge']?.({ door: 1, credential: 1, valid: true });
    await device.stimuli['open']?.({ door: 1 });
    await alarm(2);
    await device.stimuli['close']?.({ door: 1 });
    await alarm(0);
    await until('LOCK again', () => {
      say('00 05 0A 0C 0C 07 80 00 01 19 55');
      return heard.some((each) => each.startsWith('300a0c') && each.endsWith('3e91003f'));
    });
    assert.throws(() => void device.stimuli['open']?.({ door: 1 }), /locked/);
  });

  it('names a wrong option', () => {
    assert.throws(() => parseOptions({ deviceInstance: 1, quirks: ['no-doors'] }), /quirks/);
  });
});
