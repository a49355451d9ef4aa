import assert from 'node:assert/strict';
import { interval, render, unknownPlaceholders } from '../../src/correlation/template.ts';
import { event, labFacts } from './lab.ts';

const forced = event('door.forced', 'door-server', 0);

describe('the words of a finding', () => {
  it('have names instead of identifiers', () => {
    const denied = event('access.denied', 'reader-server', 12_000, 'momentary', { details: { credential: '4711' } });
    const text = '{point}, {door}, {area}, {device}: {words} {credential} {when} {lead}';
    assert.equal(
      render(text, denied, labFacts.name, { lead: forced }),
      'Server room reader, Server room door, server-room, Door controller: denied access 4711 12 s after Server room door',
    );
  });

  it('fall back to the point where there is no door, area or credential', () => {
    const lone = event('tamper', 'box', 0);
    assert.equal(render('{door} in {area}: {credential}', lone, labFacts.name), 'Box in box: an unknown credential');
  });

  it('say how a state ended in its own words', () => {
    assert.equal(render('{point} {words}', event('door.open', 'door-server', 0, 'restored'), labFacts.name), 'Server room door closed');
  });

  it('say before and after in seconds', () => {
    assert.deepEqual([-3000, 400, 12_400].map(interval), ['3 s before', 'at the same moment', '12 s after']);
  });

  it('show which braces mean nothing', () => {
    assert.deepEqual(unknownPlaceholders('{door} {dor} {}'), ['dor', '']);
  });
});
