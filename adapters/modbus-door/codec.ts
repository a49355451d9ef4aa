import { EventEmitter } from 'node:events';
import modbusSerial from 'modbus-serial';
import { refusal } from './exception.ts';
import type { Location, Table, WritableLocation } from './location.ts';

type Client = InstanceType<typeof modbusSerial.default>;

/** A request that is made and whose reply can be read. */
export interface Exchange<Result> {
  /** In the form of the serial line: unit, function, data, CRC. */
  readonly request: Buffer;
  /** What the reply says, given in the same form. @throws ModbusException or NoAnswer when it is an exception response. */
  readonly read: (reply: Buffer) => Promise<Result>;
}

/** What modbus-serial takes for a line: it hands over its frames and gets the replies. */
class FramePort extends EventEmitter {
  readonly isOpen = true;
  written: Buffer = Buffer.alloc(0);

  open(opened: () => void): void {
    opened();
  }

  write(frame: Buffer): void {
    this.written = frame;
  }
}

const readFunctions: Readonly<Record<Table, (client: Client, address: number, count: number) => Promise<{ data: (number | boolean)[] }>>> = {
  coil: (client, address, count) => client.readCoils(address, count),
  discreteInput: (client, address, count) => client.readDiscreteInputs(address, count),
  holdingRegister: (client, address, count) => client.readHoldingRegisters(address, count),
  inputRegister: (client, address, count) => client.readInputRegisters(address, count),
};

/** Requests and replies of the Application Protocol, made and read by modbus-serial. One exchange at a time: a new one forgets that before. */
export class Codec {
  readonly #port = new FramePort();
  readonly #client: Client = new modbusSerial.default(this.#port);

  constructor() {
    this.#client.open();
  }

  /** Bits as 0 and 1, registers as numbers. */
  readRange(unit: number, { table, address, count }: Location & { readonly count: number }, what: string): Exchange<readonly number[]> {
    return this.#exchange(unit, what, async (client) => (await readFunctions[table](client, address, count)).data.slice(0, count).map(Number));
  }

  writeValue(unit: number, { table, address }: WritableLocation, value: number, what: string): Exchange<void> {
    return this.#exchange(unit, what, async (client) => {
      await (table === 'coil' ? client.writeCoil(address, value === 1) : client.writeRegister(address, value));
    });
  }

  #exchange<Result>(unit: number, what: string, call: (client: Client) => Promise<Result>): Exchange<Result> {
    this.#client.setID(unit);
    const result = call(this.#client).catch((error: unknown) => {
      const { modbusCode } = error as { modbusCode?: number };
      throw modbusCode === undefined ? error : refusal(modbusCode, what);
    });
    return {
      request: this.#port.written,
      read: (reply) => {
        this.#port.emit('data', reply);
        return result;
      },
    };
  }
}
