import assert from 'node:assert/strict';
import { contactIdCodes, contactIdKinds } from '../../../adapters/sia-panel/contact-id-codes.ts';
import { readContent, readExtended, readSiaEvents } from '../../../adapters/sia-panel/content.ts';
import { contactIdMeaning, siaMeaning } from '../../../adapters/sia-panel/events.ts';
import adapter from '../../../adapters/sia-panel/index.ts';
import { siaCodes, siaKinds } from '../../../adapters/sia-panel/sia-codes.ts';

const siaMeanings = [...siaCodes.keys()].map((code) => siaMeaning({ code }));

describe('the code tables of alarm panels', () => {
  it('have words for every code of the table of kinds', () => {
    assert.deepEqual(
      [...siaKinds.keys()].filter((code) => !siaCodes.has(code)),
      [],
    );
    assert.deepEqual(
      [...contactIdKinds.keys()].filter((code) => !contactIdCodes.has(code)),
      [],
    );
  });

  it('give every code a kind that the adapter declares', () => {
    const contactIds = [...contactIdCodes.keys()].flatMap((event) => ['1', '3', '6'].map((qualifier) => contactIdMeaning({ qualifier, event })));
    for (const { kind, code } of [...siaMeanings, ...contactIds]) assert.ok(adapter.kinds.includes(kind), `${code} is ${kind}`);
  });

  it('restore only what another code raises', () => {
    for (const [code, { restores }] of siaCodes) {
      if (restores !== undefined) assert.equal(siaMeaning({ code: restores }).phase, 'raised', `${code} restores ${restores}`);
    }
  });

  it('have an end for every state that a SIA code raises', () => {
    const ended = new Set(siaMeanings.flatMap(({ kind, phase, alsoRestores }) => [...(phase === 'restored' ? [kind] : []), alsoRestores]));
    assert.deepEqual(
      siaMeanings.filter(({ kind, phase }) => phase === 'raised' && !ended.has(kind)),
      [],
    );
  });

  for (const [code, expected] of [
    ['BA', 'intrusion.alarm raised'],
    ['BR', 'intrusion.alarm restored'],
    ['BH', 'intrusion.alarm restored'],
    ['BJ', 'zone.trouble restored'],
    ['BU', 'zone.bypassed restored'],
    ['FA', 'fire.alarm raised'],
    ['FV', 'zone.trouble restored'],
    ['PA', 'panic.alarm raised'],
    ['HA', 'holdup.alarm raised'],
    ['TA', 'tamper raised'],
    ['TR', 'tamper restored'],
    ['CL', 'panel.armed raised'],
    ['OP', 'panel.armed restored'],
    ['DR', 'door.forced restored'],
    ['AR', 'device.power restored'],
    ['RP', 'panel.test momentary'],
    ['YK', 'device.offline restored'],
    ['JT', 'panel.message momentary'],
    ['ZY', 'panel.message momentary'],
  ] as const) {
    it(`take SIA ${code} as ${expected}`, () => {
      const { kind, phase } = siaMeaning({ code });
      assert.equal(`${kind} ${phase}`, expected);
    });
  }

  for (const [qualified, expected] of [
    ['1130', 'intrusion.alarm raised'],
    ['3130', 'intrusion.alarm restored'],
    ['1121', 'duress.alarm raised'],
    ['1401', 'panel.armed restored'],
    ['3401', 'panel.armed raised'],
    ['3441', 'panel.armed raised'],
    ['1301', 'device.power raised'],
    ['3301', 'device.power restored'],
    ['1570', 'zone.bypassed raised'],
    ['1602', 'panel.test momentary'],
    ['3607', 'panel.test momentary'],
    ['1999', 'panel.message momentary'],
  ] as const) {
    it(`take Contact ID ${qualified} as ${expected}`, () => {
      const { kind, phase } = contactIdMeaning({ qualifier: qualified.slice(0, 1), event: qualified.slice(1) });
      assert.equal(`${kind} ${phase}`, expected);
    });
  }

  it('take "still present" as a state that was known, not as a new alarm', () => {
    assert.equal(contactIdMeaning({ qualifier: '6', event: '130' }).initial, true);
  });
});

describe('the content of a panel message', () => {
  it('has modifiers and code with a slash between them, or with nothing', () => {
    const [apart] = readSiaEvents('Nti19:44/id12/ri4/pi2/CL005');
    assert.deepEqual(apart, { code: 'CL', address: '005', modifiers: { ti: '19:44', id: '12', ri: '4', pi: '2' } });
    const [together] = readSiaEvents('Nri1CL0^VX FRONTE ^');
    assert.deepEqual(together, { code: 'CL', address: '0', modifiers: { ri: '1' }, text: 'VX FRONTE' });
  });

  // eavanvalkenburg/pysiaalarm issues 63 and 87: panels that were refused for their modifiers.
  it('has the date of Lupus and the peripheral of Satel in front of its code', () => {
    assert.deepEqual(readSiaEvents('Nti10:01:00/da08-18-24/RP')[0], { code: 'RP', address: '', modifiers: { ti: '10:01:00', da: '08-18-24' } });
    assert.deepEqual(readSiaEvents('Npi0/AT')[0], { code: 'AT', address: '', modifiers: { pi: '0' } });
  });

  it('can be an opening report, whose O is no mark of an old event', () => {
    assert.deepEqual(
      ['NOP1', 'OP1', 'OBA1'].map((block) => readSiaEvents(block)[0]?.code),
      ['OP', 'OP', 'BA'],
    );
  });

  it('has text after |A, in UTF-8 or in Windows-1252', () => {
    const utf8 = Buffer.from('NBA1|ATür', 'utf8').toString('latin1');
    assert.equal(readSiaEvents(utf8)[0]?.text, 'Tür');
    assert.equal(readSiaEvents('NBA1|AT\xfcr')[0]?.text, 'Tür');
  });

  for (const block of ['1130 01 014', '113001014', '181130010143', '18 1130 01 014', '471118113001014', '4711181130010148']) {
    it(`can be the Contact ID block ${block}`, () => {
      const content = readContent('ADM-CID', `#4711|${block}`);
      assert.deepEqual(content, { type: 'contact-id', contactId: { qualifier: '1', event: '130', partition: '01', zone: '014' } });
    });
  }

  it('names the extended blocks that a dispatcher can use', () => {
    assert.deepEqual(readExtended(['X-12.5', 'Y41.2', 'M0026B9E4268B', 'RLivingRoom', 'Q?']), {
      longitude: '-12.5',
      latitude: '41.2',
      mac: '0026B9E4268B',
      room: 'LivingRoom',
    });
  });
});
