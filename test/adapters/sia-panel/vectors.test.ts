import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { decryptBody, parseKey, withoutPadding } from '../../../adapters/sia-panel/cipher.ts';
import { readContent } from '../../../adapters/sia-panel/content.ts';
import { contactIdMeaning, siaMeaning } from '../../../adapters/sia-panel/events.ts';
import { decodeBody, decodeFrame, encodeFrame, parseStamp } from '../../../adapters/sia-panel/frame.ts';
import { decodePlain } from '../../../adapters/sia-panel/plain-contact-id.ts';

interface Expected {
  crcField?: string;
  crcComputed?: string;
  crcValid?: boolean;
  lengthField?: string;
  lengthActualHex?: string;
  lengthValid?: boolean;
  encrypted?: boolean;
  token?: string;
  seq?: string;
  receiver?: string | null;
  line?: string | null;
  account?: string | null;
  cipherHexLen?: number;
  plaintext?: string;
  data?: string;
  timestampRaw?: string | null;
  timestampUtc?: string;
  extended?: string[];
  contactId?: { qualifier: string; event: string; partition: string; zone: string };
}
interface Vector {
  id: string;
  raw: string;
  key?: string;
  expected: Expected;
  pysiaalarmResult: { type?: string; code?: string; crcValid?: boolean; error?: string };
}

const file = new URL('../../vectors/sia-dc09.json', import.meta.url);
const { vectors, rawContactId } = JSON.parse(readFileSync(file, 'utf8')) as {
  vectors: Vector[];
  rawContactId: { raw: string; expected: { qualifier: string; event: string; group: string; zone: string } }[];
};

/** What the codec makes of a vector, in the vector's own words. Only what the vector expects is looked at. */
function read({ raw, key }: Vector): Expected {
  const decoded = decodeFrame(Buffer.from(raw, 'latin1'));
  if (decoded.outcome === 'malformed') return {};
  const { frame, envelope } = decoded;
  const aes = key === undefined ? undefined : parseKey(key);
  const plaintext = frame.encrypted && aes ? decryptBody(frame.body, aes) : undefined;
  const clear = frame.encrypted ? plaintext && withoutPadding(plaintext) : frame.body;
  const body = clear === undefined ? undefined : decodeBody(clear);
  const content = body && readContent(frame.token, body.data);
  const at = body?.stamp === undefined ? undefined : parseStamp(body.stamp);
  return {
    crcField: envelope.crcField,
    crcComputed: envelope.crcComputed,
    crcValid: envelope.crcValid,
    lengthField: envelope.lengthField,
    lengthActualHex: envelope.lengthComputed,
    lengthValid: envelope.lengthForm === 'hexadecimal',
    encrypted: frame.encrypted,
    token: frame.token,
    seq: frame.sequence,
    receiver: frame.receiver ?? null,
    line: frame.line ?? null,
    account: frame.account ?? null,
    ...(frame.encrypted && { cipherHexLen: frame.body.length }),
    ...(plaintext !== undefined && { plaintext }),
    ...(body && { data: body.data, timestampRaw: body.stamp ?? null, extended: [...body.extended] }),
    ...(at !== undefined && { timestampUtc: new Date(at).toISOString().replace('.000Z', 'Z') }),
    ...(content?.type === 'contact-id' && { contactId: { ...content.contactId } }),
  };
}

describe('DC-09 frames of real panels and of other implementations', () => {
  for (const vector of vectors) {
    it(`reads ${vector.id}`, () => {
      assert.deepEqual(read(vector), vector.expected);
    });

    if (vector.expected.crcValid === true && vector.expected.lengthValid === true) {
      it(`writes ${vector.id} again as it was`, () => {
        const decoded = decodeFrame(Buffer.from(vector.raw, 'latin1'));
        assert.ok(decoded.outcome === 'frame');
        assert.equal(encodeFrame(decoded.frame).toString('latin1').toUpperCase(), vector.raw.toUpperCase());
      });
    }

    const { code, error } = vector.pysiaalarmResult;
    if (error === undefined && code !== undefined && vector.expected.token !== undefined && vector.expected.token !== 'NULL') {
      it(`finds in ${vector.id} the code that pysiaalarm found`, () => {
        const { token = '', data = '' } = read(vector);
        const content = readContent(token, data);
        if (content.type === 'sia') assert.equal(content.events[0]?.code, code);
        // pysiaalarm turns Contact ID into SIA codes by a table of its own; the kinds must agree.
        else if (content.type === 'contact-id') assert.equal(contactIdMeaning(content.contactId).kind, siaMeaning({ code }).kind);
        else assert.fail(`unreadable: ${data}`);
      });
    }
  }

  for (const { raw, expected } of rawContactId) {
    it(`reads the Contact ID report ${raw}`, () => {
      const { qualifier, event, group: partition, zone } = expected;
      const report = decodePlain(Buffer.from(raw, 'latin1'));
      assert.deepEqual(report?.contactId, { qualifier, event, partition, zone });
      // The example is typed by hand: its digits ask for F.
      assert.equal(report.check, 'wrong');
    });
  }
});
