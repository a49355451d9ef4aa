import { ConfigurationError } from '../../src/adapter/contract.ts';
import { ModbusException } from './exception.ts';
import type { UnitLink } from './line.ts';
import { planReads } from './poll-plan.ts';
import type { Item, Read } from './poll-plan.ts';

/**
 * Tries every read once. One that the controller refuses as a whole, though it may have every address, is taken apart.
 * @throws ConfigurationError naming the signal and address that the controller does not have.
 */
export async function agreePlan<I extends Item>(link: UnitLink, reads: readonly Read<I>[]): Promise<Read<I>[]> {
  const agreed: Read<I>[] = [];
  for (const read of reads) {
    const refusal = await tryRead(link, read);
    if (refusal === undefined) agreed.push(read);
    else if (refusal.isAboutRange && read.items.length > 1) agreed.push(...(await agreePlan(link, apart(read))));
    else throw notThere(link, read.items, refusal);
  }
  return agreed;
}

/** What to throw for a refusal: a ConfigurationError when the site file does not fit the controller, else the refusal itself. */
export function notThere(link: UnitLink, items: readonly Item[], refusal: ModbusException): Error {
  if (!refusal.isPermanent) return refusal;
  const names = items.map(({ name }) => name).join(', ');
  return new ConfigurationError(
    `${names}: ${link.peer} does not have this (${refusal.message}); compare the site file with the controller's register map`,
    {
      cause: refusal,
    },
  );
}

/** Smaller reads of the same: without the gaps, or else one for each item. */
function apart<I extends Item>(read: Read<I>): Read<I>[] {
  const withoutGaps = planReads(read.items);
  return withoutGaps.length > 1 ? withoutGaps : read.items.flatMap((item) => planReads([item]));
}

async function tryRead(link: UnitLink, read: Read): Promise<ModbusException | undefined> {
  try {
    await link.read(read);
    return undefined;
  } catch (error) {
    if (error instanceof ModbusException) return error;
    throw error;
  }
}
