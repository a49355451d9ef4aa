import { ConfigurationError, defineAdapter } from '../../src/adapter/contract.ts';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { parseKey } from './cipher.ts';
import type { AesKey } from './cipher.ts';
import { mappedKinds } from './events.ts';
import { panelAddress, receiverOptions, zoneAddress } from './options.ts';
import type { PanelAddress, ReceiverOptions, ZoneAddress } from './options.ts';
import { Panel } from './panel.ts';
import { PlainStation } from './plain-station.ts';
import { listen } from './receiver.ts';
import type { Listener } from './receiver.ts';
import { Station } from './station.ts';
import { Strangers } from './strangers.ts';

/** Alarm panels that dial in by SIA DC-09 (ANSI/SIA DC-09-2013, SIA DC-09-2021) or by Contact ID over plain TCP: this end listens. */
export default defineAdapter<ReceiverOptions>({
  name: 'sia-panel',
  summary: 'Alarm panels that report by SIA DC-09 (SIA-DCS and Contact ID, in clear or AES) over TCP and UDP, or by Contact ID over plain TCP',
  kinds: [...new Set([...mappedKinds, 'device.clock', 'device.offline', 'device.malformed'] as const)],
  options: receiverOptions,
  points: { panel: panelAddress, zone: zoneAddress },

  async connect(options, host) {
    const panels = await panelsOf(options, host);
    const strangers = new Strangers(host);
    const station = new Station(host, panels, strangers);
    const plain = new PlainStation(host, panels, strangers, options.plainContactId);
    // Silence alone leaves a message with its panel: some throw away what gets a NAK or DUH.
    const answered = (reply: Promise<Buffer | undefined>) => (host.readOnly ? reply.then(() => undefined) : reply);
    const listener = await listen(options, {
      clock: host.clock,
      answer: (frame) => answered(station.answer(frame)),
      answerReport: (report) => answered(plain.answer(report)),
      malformed: (bytes, reason) => host.malformed(bytes, reason),
    });
    for (const panel of panels.values()) panel.supervise();
    const transports = [options.tcp && 'TCP', options.udp && 'UDP'].filter(Boolean).join('+');
    strangers.announce(`listening on ${options.host}:${listener.port} ${transports}`);
    return { done: untilOver(listener, panels, host.signal) };
  },
});

async function untilOver(listener: Listener, panels: ReadonlyMap<string, Panel>, signal: AbortSignal): Promise<void> {
  try {
    await Promise.race([aborted(signal), listener.failed]);
  } finally {
    for (const panel of panels.values()) panel.stop();
    await listener.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The site's panels by account. @throws ConfigurationError for an account given twice or a key of the wrong length. */
async function panelsOf(options: ReceiverOptions, host: AdapterHost): Promise<Map<string, Panel>> {
  const panels = new Map<string, Panel>();
  for (const { id, type, at: address } of host.points) {
    if (type !== 'panel') continue;
    const at = address as PanelAddress;
    const account = at.account.toUpperCase();
    const other = panels.get(account);
    if (other) throw new ConfigurationError(`panels ${other.settings.point} and ${id} have the same account ${account}: give each its own`);
    const key = at.key && (await keyOf(id, at.key, host));
    const zones = host.points.filter((point) => point.type === 'zone' && point.parent === id);
    const settings = {
      point: id,
      account,
      zones: zones.map((zone) => ({ id: zone.id, at: zone.at as ZoneAddress })),
      ...(key && { key }),
      requireEncryption: at.requireEncryption ?? key !== undefined,
      clockPolicy: at.clockPolicy ?? options.clockPolicy,
      window: options.timeWindow,
      ...(at.supervisionSeconds !== undefined && { supervisionSeconds: at.supervisionSeconds }),
    };
    if (settings.requireEncryption && !key)
      throw new ConfigurationError(`panel ${id} requires encryption but has no key: add \`key\` to its address`);
    panels.set(account, new Panel(settings, host));
  }
  return panels;
}

async function keyOf(panel: string, reference: NonNullable<PanelAddress['key']>, host: AdapterHost): Promise<AesKey> {
  const key = parseKey(await host.secret(reference));
  if (!key)
    throw new ConfigurationError(`the key of panel ${panel} must have 16, 24 or 32 characters, or be hex: and 32, 48 or 64 hexadecimal digits`);
  return key;
}
