import type { EventKind } from '../../src/domain/kinds.ts';

type AccessKind = 'access.granted' | 'access.denied' | 'duress.alarm';
export const accessKinds = ['access.granted', 'access.denied', 'duress.alarm'] as const satisfies readonly EventKind[];

interface AccessRow {
  readonly kind: AccessKind;
  /** Why access was denied, for a person. */
  readonly reason?: string;
}

const denied = (reason: string): AccessRow => ({ kind: 'access.denied', reason });

/** BACnetAccessEvent (ASHRAE 135-2020, clause 21; meanings, clause 12.31, Access_Event). Events that decide nothing have no row. */
export const accessEventTable: Readonly<Record<number, AccessRow>> = {
  1: { kind: 'access.granted' },
  4: { kind: 'duress.alarm' },
  9: denied('locked by a command of higher priority'),
  128: denied('access is denied to all'),
  129: denied('unknown credential'),
  130: denied('authentication unavailable'),
  131: denied('authentication factor timed out'),
  132: denied('incorrect authentication factor'),
  133: denied('no access rights for the zone'),
  134: denied('no access rights at this point'),
  135: denied('no access rights'),
  136: denied('outside the time range'),
  137: denied('threat level'),
  138: denied('passback'),
  139: denied('unexpected location'),
  140: denied('too many attempts'),
  141: denied('lower occupancy limit'),
  142: denied('upper occupancy limit'),
  143: denied('authentication factor lost'),
  144: denied('authentication factor stolen'),
  145: denied('authentication factor damaged'),
  146: denied('authentication factor destroyed'),
  147: denied('authentication factor disabled'),
  148: denied('authentication factor error'),
  149: denied('credential unassigned'),
  150: denied('credential not provisioned'),
  151: denied('credential not yet active'),
  152: denied('credential expired'),
  153: denied('credential disabled by hand'),
  154: denied('credential locked out'),
  155: denied('credential used on too many days'),
  156: denied('credential used too often'),
  157: denied('credential inactive for too long'),
  158: denied('credential disabled'),
  159: denied('no accompaniment'),
  160: denied('incorrect accompaniment'),
  161: denied('locked out'),
  162: denied('verification failed'),
  163: denied('verification timed out'),
  164: denied('other'),
};
