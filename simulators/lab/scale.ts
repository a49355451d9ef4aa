import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

// A site of any size: simulators on loopback addresses and ports that follow from their numbers, and the gateway's site file for the same wires.

/** How much hardware. */
export interface Scale {
  readonly doors: number;
  readonly cameras: number;
  readonly panels: number;
}

export interface ScaledLab {
  readonly siteFile: string;
  readonly simulatorsFile: string;
  /** What was generated, for a person. */
  readonly summary: string;
}

export interface ScalePlaces {
  /** Where the two files go. */
  readonly folder: string;
  /** Absolute paths of the rule files. */
  readonly rules: readonly string[];
  /** Where the simulators keep the lab's passwords. */
  readonly secrets: string;
  readonly controlPort: number;
  readonly receiverPort: number;
  /** First of the Modbus, ONVIF and RTSP ports. */
  readonly firstPort: number;
}

/** So many doors are on one controller. */
const doorsPerController = 32;
const zonesPerPanel = 8;
const scenes = ['corridor', 'gate', 'server-room', 'car-park', 'lobby'];
const bacnetPort = 47_808;
/** The first of the loopback addresses of BACnet controllers: 127.1.0.1 and up. */
const bacnetHost = (index: number) => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;

type Entry = Readonly<Record<string, unknown>>;
interface Part {
  readonly simulators: readonly Entry[];
  readonly site: Readonly<Record<string, readonly Entry[]>>;
}

/** Writes `simulators.yaml` and `site.yaml` into `folder`. The same scale gives the same files. */
export function generateLab(scale: Scale, places: ScalePlaces): ScaledLab {
  const parts = [...controllers(scale.doors, places), ...cameras(scale, places), panels(scale.panels, places)];
  const all = (list: string) => parts.flatMap(({ site }) => site[list] ?? []);
  const site = {
    site: { id: 'scaled-lab', name: `Lab with ${scale.doors} doors` },
    lab: { control: `http://127.0.0.1:${places.controlPort}` },
    rules: places.rules,
    areas: [{ id: 'campus', name: 'Campus' }, ...all('areas')],
    ...Object.fromEntries(['devices', 'doors', 'readers', 'cameras', 'panels', 'zones'].map((list) => [list, all(list)])),
  };
  const simulators = parts.flatMap((part) => part.simulators);
  const siteFile = join(places.folder, 'site.yaml');
  const simulatorsFile = join(places.folder, 'simulators.yaml');
  mkdirSync(places.folder, { recursive: true });
  writeFileSync(siteFile, stringify(site));
  writeFileSync(simulatorsFile, stringify({ control: { host: '127.0.0.1', port: places.controlPort }, scenarios: false, simulators }));
  const count = (list: string) => all(list).length;
  const summary =
    `${count('doors')} doors and ${count('readers')} readers on ${Math.ceil(scale.doors / doorsPerController)} controllers (Modbus and BACnet in turn), ` +
    `${count('cameras')} cameras, ${count('panels')} panels with ${count('zones')} zones: ${siteFile}, ${simulatorsFile}`;
  return { siteFile, simulatorsFile, summary };
}

/** Each controller guards an area of its own. */
function controllers(doors: number, places: ScalePlaces): Part[] {
  const count = Math.ceil(doors / doorsPerController);
  return Array.from({ length: count }, (_, index) => {
    const own = Math.min(doorsPerController, doors - index * doorsPerController);
    return index % 2 === 0 ? modbusController(index, own, places) : bacnetController(index, own);
  });
}

function modbusController(index: number, doors: number, { firstPort }: ScalePlaces): Part {
  const id = `ctl-${index + 1}`;
  const port = firstPort + index;
  return {
    simulators: [
      {
        id,
        simulator: 'modbus-door',
        port,
        doors: Array.from({ length: doors }, () => ({ forcedLogic: true })),
        badges: [{ credential: 1001, doors: Array.from({ length: doors }, (_, door) => door + 1) }],
      },
    ],
    site: {
      areas: [area(index)],
      devices: [{ id, name: `Controller ${index + 1}`, adapter: 'modbus-door', host: '127.0.0.1', port, profile: 'sallyport-d32', pollMs: 500 }],
      ...doorsOf(index, doors, modbusDoor, modbusReader),
    },
  };
}

function bacnetController(index: number, doors: number): Part {
  const id = `ctl-${index + 1}`;
  const address = { host: bacnetHost(index), port: bacnetPort, deviceInstance: 100_000 + index };
  return {
    simulators: [{ id, simulator: 'bacnet-door', ...address, doors }],
    site: {
      areas: [area(index)],
      devices: [{ id, name: `Controller ${index + 1}`, adapter: 'bacnet-door', ...address, pollMs: 1000 }],
      ...doorsOf(index, doors, bacnetDoor, bacnetReader),
    },
  };
}

const modbusDoor = (door: number): Entry => ({ door });
const modbusReader = (reader: number): Entry => ({ reader });
const bacnetDoor = (accessDoor: number): Entry => ({ accessDoor });
const bacnetReader = (accessPoint: number): Entry => ({ accessPoint });

const area = (index: number): Entry => ({ id: `area-${index + 1}`, name: `Area ${index + 1}`, within: 'campus' });

function doorsOf(index: number, count: number, doorAt: (number: number) => Entry, readerAt: (number: number) => Entry) {
  const numbers = Array.from({ length: count }, (_, door) => ({ number: door + 1, overall: index * doorsPerController + door + 1 }));
  const device = `ctl-${index + 1}`;
  return {
    doors: numbers.map(({ number, overall }) => ({
      id: `door-${overall}`,
      name: `Door ${overall}`,
      area: `area-${index + 1}`,
      device,
      at: doorAt(number),
    })),
    readers: numbers.map(({ number, overall }) => ({
      id: `reader-${overall}`,
      name: `Reader ${overall}`,
      door: `door-${overall}`,
      device,
      at: readerAt(number),
    })),
  };
}

/** Between two pictures of a simulated camera. */
const cameraPictureMs = 80;

/** Cameras are spread over the controllers' areas. */
function cameras({ cameras: count, doors }: Scale, { firstPort, secrets }: ScalePlaces): Part[] {
  const areas = Math.max(1, Math.ceil(doors / doorsPerController));
  return Array.from({ length: count }, (_, index): Part => {
    const id = `cam-${index + 1}`;
    const httpPort = firstPort + 1000 + index;
    const place = doors === 0 ? 'campus' : `area-${(index % areas) + 1}`;
    return {
      simulators: [
        {
          id,
          simulator: 'onvif-camera',
          httpPort,
          rtspPort: firstPort + 2000 + index,
          username: 'sallyport',
          password: { secret: 'camera-password' },
          scene: scenes[index % scenes.length],
          phaseMs: Math.floor((index * cameraPictureMs) / count),
        },
      ],
      site: {
        devices: [
          {
            id: `dev-${id}`,
            name: `Camera ${index + 1}`,
            adapter: 'onvif-camera',
            host: '127.0.0.1',
            port: httpPort,
            username: 'sallyport',
            password: { file: join(secrets, 'camera-password') },
          },
        ],
        cameras: [{ id, name: `Camera ${index + 1}`, area: place, device: `dev-${id}`, covers: [place] }],
      },
    };
  });
}

/** Panels dial in to one receiver, with the accounts from 1000. */
function panels(count: number, { receiverPort }: ScalePlaces): Part {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const account = (number: number) => String(999 + number);
  return {
    simulators: numbers.map((number) => ({
      id: `panel-${number}`,
      simulator: 'sia-panel',
      port: receiverPort,
      account: account(number),
      protocol: number % 2 === 0 ? 'adm-cid' : 'sia-dcs',
      zones: zonesPerPanel,
    })),
    site: {
      devices: count === 0 ? [] : [{ id: 'sia-receiver', name: 'Alarm receiver', adapter: 'sia-panel', port: receiverPort }],
      panels: numbers.map((number) => ({
        id: `panel-${number}`,
        name: `Panel ${number}`,
        area: 'campus',
        device: 'sia-receiver',
        at: { account: account(number), supervisionSeconds: 90 },
      })),
      zones: numbers.flatMap((number) =>
        Array.from({ length: zonesPerPanel }, (_, zone) => ({
          id: `zone-${number}-${zone + 1}`,
          name: `Panel ${number}, zone ${zone + 1}`,
          panel: `panel-${number}`,
          at: { number: zone + 1 },
        })),
      ),
    },
  };
}
