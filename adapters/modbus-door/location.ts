/** The four tables of the Modbus data model (Application Protocol V1.1b3, 4.3). */
export type Table = 'coil' | 'discreteInput' | 'holdingRegister' | 'inputRegister';

export interface Location {
  readonly table: Table;
  /** As the protocol counts, from 0. */
  readonly address: number;
}

export interface WritableLocation extends Location {
  readonly table: 'coil' | 'holdingRegister';
}

const names: Readonly<Record<Table, string>> = {
  coil: 'coil',
  discreteInput: 'discrete input',
  holdingRegister: 'holding register',
  inputRegister: 'input register',
};

/** In words: "discrete input 3", "holding register 10 to 12". */
export function describe({ table, address }: Location, count = 1): string {
  return `${names[table]} ${address}${count > 1 ? ` to ${address + count - 1}` : ''}`;
}
