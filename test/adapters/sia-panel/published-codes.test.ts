import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { contactIdMeaning, siaMeaning } from '../../../adapters/sia-panel/events.ts';
import { kinds } from '../../../src/domain/kinds.ts';
import type { EventKind } from '../../../src/domain/kinds.ts';

interface Published {
  readonly contactId: { readonly kinds: Readonly<Record<string, string>> };
  readonly sia: { readonly kinds: Readonly<Record<string, Readonly<Record<string, string>>>> };
}

/** Codes that others have published; each list says from where. */
const { contactId, sia } = JSON.parse(readFileSync(new URL('../../vectors/alarm-codes.json', import.meta.url), 'utf8')) as Published;
const WITHOUT_END = ', without an end';

describe('the published codes of alarm panels', () => {
  for (const [told, codes] of Object.entries(contactId.kinds)) {
    const kind = told.replace(WITHOUT_END, '') as EventKind;
    const hasEnd = kind !== 'panel.message' && kinds[kind].words.restored !== undefined && !told.endsWith(WITHOUT_END);
    it(`of Contact ID have words, and are ${told} with the right end: ${codes}`, () => {
      for (const event of codes.split(' ')) {
        const [e, r] = ['1', '3'].map((qualifier) => contactIdMeaning({ qualifier, event }));
        assert.ok(e && r);
        assert.deepEqual([e.kind, r.kind], [kind, kind], event);
        // An opening is a disarming (DC-05).
        const phases = kind === 'panel.armed' ? ['restored', 'raised'] : hasEnd ? ['raised', 'restored'] : ['momentary', 'momentary'];
        assert.deepEqual([e.phase, r.phase], phases, event);
        assert.doesNotMatch(e.words, /Contact ID/, event);
        assert.deepEqual([e.code, r.code], [`E${event}`, `R${event}`]);
      }
    });
  }

  for (const [kind, phases] of Object.entries(sia.kinds))
    for (const [phase, codes] of Object.entries(phases))
      it(`of SIA have words, and are ${kind} ${phase}: ${codes}`, () => {
        for (const code of codes.split(' ')) {
          const meaning = siaMeaning({ code });
          assert.deepEqual([meaning.kind, meaning.phase], [kind, phase], code);
          assert.doesNotMatch(meaning.words, /SIA code/, code);
        }
      });

  it('are as many as the lists have, each once', () => {
    const all = Object.values(contactId.kinds).join(' ').split(' ');
    const siaAll = Object.values(sia.kinds).flatMap((phases) => Object.values(phases).join(' ').split(' '));
    assert.deepEqual([all.length, new Set(all).size, siaAll.length, new Set(siaAll).size], [232, 232, 308, 308]);
  });
});
