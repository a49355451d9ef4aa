import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { AdapterHost, ServedPoint } from '../../src/adapter/contract.ts';
import type { PointId } from '../../src/domain/point.ts';
import type { Commands, SignalAddress, WordAddress } from './address.ts';
import type { DoorSignalName } from './mapping.ts';
import type { DoorAt, ModbusDoorOptions, ReaderAt } from './options.ts';
import { forbidden, nth, profiles } from './profile.ts';
import type { Profile } from './profile.ts';
import type { ReadLimits } from './poll-plan.ts';

/** A door with every address that its profile and the site file give it. */
export interface ServedDoor {
  readonly id: PointId;
  readonly name: string;
  readonly unit: number;
  readonly signals: Partial<Record<DoorSignalName, SignalAddress>>;
  readonly commands: Commands;
}

/** A reader, likewise. */
export interface ServedReader {
  readonly id: PointId;
  readonly name: string;
  readonly door: PointId | undefined;
  readonly counter: WordAddress;
  readonly log: WordAddress;
  readonly entries: number;
  readonly acknowledged: { readonly holdingRegister: number } | undefined;
}

/** One unit on the line and what it serves. */
export interface ServedUnit {
  readonly unit: number;
  readonly doors: readonly ServedDoor[];
  readonly readers: readonly ServedReader[];
  readonly clock: WordAddress | undefined;
  readonly limits: ReadLimits;
}

/**
 * What each unit of the line serves, by unit. Without any point there is the device's own unit.
 * @throws ConfigurationError naming the point whose address lacks something or is beyond its profile.
 */
export function servedUnits(options: ModbusDoorOptions, points: AdapterHost['points']): ServedUnit[] {
  const unitOf = ({ at }: ServedPoint) => (at as DoorAt | ReaderAt).unit ?? options.unit;
  const numbers = [...new Set(points.map(unitOf))].sort((a, b) => a - b);
  return (numbers.length === 0 ? [options.unit] : numbers).map((unit) => {
    const own = points.filter((point) => unitOf(point) === unit);
    const difference = options.units.find((each) => each.unit === unit);
    const profile = profiles.get(difference?.profile ?? options.profile ?? '');
    return {
      unit,
      doors: own.filter(({ type }) => type === 'door').map((point) => doorOf(point, unit, profile)),
      readers: own.filter(({ type }) => type === 'reader').map((point) => readerOf(point, profile)),
      clock: difference?.clock ?? options.clock ?? profile?.clock,
      limits: limitsOf(options, profile),
    };
  });
}

function doorOf({ id, name, at }: ServedPoint, unit: number, profile: Profile | undefined): ServedDoor {
  const { unit: _unit, door, without = [], commands, ...signals } = at as DoorAt;
  const known = door === undefined ? undefined : (pick(id, 'door', door, profile?.doors, profile?.door) as Omit<DoorAt, 'unit'>);
  const { commands: knownCommands, ...knownSignals } = known ?? { commands: {} };
  const kept = Object.fromEntries(Object.entries(knownSignals).filter(([signal]) => !without.includes(signal as DoorSignalName)));
  return { id, name, unit, signals: { ...kept, ...signals }, commands: { ...knownCommands, ...commands } };
}

function readerOf({ id, name, at, parent }: ServedPoint, profile: Profile | undefined): ServedReader {
  const { unit: _unit, reader, ...own } = at as ReaderAt;
  const known = reader === undefined ? {} : (pick(id, 'reader', reader, profile?.readers, profile?.reader) as Omit<ReaderAt, 'unit'>);
  const { counter, log, entries, acknowledged } = { ...known, ...own };
  if (counter === undefined || log === undefined || entries === undefined)
    throw new ConfigurationError(`${id}: a reader needs "counter", "log" and "entries", or "reader" with a profile that has readers`);
  return { id, name, door: parent, counter, log, entries, acknowledged };
}

function pick(id: PointId, what: 'door' | 'reader', number: number, count: number | undefined, first: unknown): unknown {
  if (count === undefined) throw new ConfigurationError(`${id}: "${what}: ${number}" needs a profile; name one at the device or at its unit`);
  if (number > count)
    throw new ConfigurationError(`${id}: its profile has ${count === 0 ? `no ${what}s` : `${what}s 1 to ${count}`}, no ${what} ${number}`);
  return nth(first, number);
}

function limitsOf(options: ModbusDoorOptions, profile: Profile | undefined): ReadLimits {
  const registers = options.maxRegistersPerRead ?? profile?.maxRegistersPerRead ?? 125;
  return {
    bits: { most: profile?.maxBitsPerRead ?? 2000, across: profile?.readAcross.bits ?? 0 },
    registers: { most: registers, across: profile?.readAcross.registers ?? 0 },
    never: forbidden(profile),
  };
}
