import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

// The site of the torture: panels that dial in and door controllers that are polled. Every signal of them can be told apart.

export const PANELS = 50;
export const ZONES = 4;
export const DOORS = 200;
export const DOORS_PER_CONTROLLER = 32;
const POLL_MS = 1000;
const rules = resolve(import.meta.dirname, '..', '..', 'config', 'rules');

const each = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

export interface PanelPeer {
  readonly id: string;
  readonly account: string;
}

/** A controller and its doors, each the point of the gateway that stands for it. */
export interface ControllerPeer {
  readonly id: string;
  readonly port: number;
  readonly doors: readonly { readonly door: string; readonly reader: string }[];
}

/** Each panel and each controller guards an area of its own: an alarm strengthens the others in its area, and only those. */
const areaOf = (guard: string) => `area-${guard}`;

/** Both ends of the torture's wires. */
export interface Grounds {
  readonly receiverPort: number;
  readonly panels: readonly PanelPeer[];
  readonly controllers: readonly ControllerPeer[];
}

/** @param ports a free one for the receiver, then one for each controller. */
export function groundsAt([receiverPort = 0, ...controllerPorts]: readonly number[]): Grounds {
  return {
    receiverPort,
    panels: each(PANELS, (index) => ({ id: `panel-${index}`, account: String(4000 + index) })),
    controllers: controllerPorts.map((port, controller) => ({
      id: `ctl-${controller}`,
      port,
      doors: each(Math.min(DOORS_PER_CONTROLLER, DOORS - controller * DOORS_PER_CONTROLLER), (index) => ({
        door: `door-${controller}-${index}`,
        reader: `reader-${controller}-${index}`,
      })),
    })),
  };
}

export const CONTROLLERS = Math.ceil(DOORS / DOORS_PER_CONTROLLER);

/** The site file of those grounds. */
export function siteFile({ receiverPort, panels, controllers }: Grounds): string {
  const doors = controllers.flatMap(({ id, doors: own }) => own.map((door, index) => ({ ...door, device: id, index })));
  return stringify({
    site: { id: 'torture', name: 'Torture' },
    rules: ['doors.yaml', 'intrusion.yaml', 'devices.yaml'].map((file) => join(rules, file)),
    areas: [...panels, ...controllers].map(({ id }) => ({ id: areaOf(id), name: areaOf(id) })),
    devices: [
      { id: 'receiver', name: 'Receiver', adapter: 'sia-panel', port: receiverPort },
      ...controllers.map(({ id, port }) => ({ id, name: id, adapter: 'modbus-door', host: '127.0.0.1', port, pollMs: POLL_MS })),
    ],
    // The register map of the simulated controller: simulators/modbus-door/README.md.
    doors: doors.map(({ door, device, index }) => ({
      id: door,
      name: door,
      area: areaOf(device),
      device,
      at: { contact: { discreteInput: 8 * index }, lock: { discreteInput: 8 * index + 1 }, forced: { discreteInput: 8 * index + 3 } },
    })),
    readers: doors.map(({ door, reader, device, index }) => ({
      id: reader,
      name: reader,
      door,
      device,
      at: {
        counter: { inputRegister: 256 * (index + 1) },
        log: { inputRegister: 256 * (index + 1) + 8 },
        entries: 15,
        acknowledged: { holdingRegister: 16 * index + 2 },
      },
    })),
    panels: panels.map(({ id, account }) => ({ id, name: id, area: areaOf(id), device: 'receiver', at: { account } })),
    zones: panels.flatMap(({ id }) =>
      each(ZONES, (index) => ({
        id: `${id}-zone-${index + 1}`,
        name: `${id} zone ${index + 1}`,
        area: areaOf(id),
        panel: id,
        at: { number: index + 1 },
      })),
    ),
  });
}
