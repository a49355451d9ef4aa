import { car, fence, rack, rackRow } from './furniture.ts';

/** The places that a simulated camera can look at. */
export const sceneNames = ['corridor', 'gate', 'server-room', 'car-park', 'lobby'] as const;
export type SceneName = (typeof sceneNames)[number];

export type Rgb = readonly [number, number, number];
export type Box = readonly [x: number, y: number, width: number, height: number, colour: string];

/** What is drawn of a place. Pixels of a picture of 640x328, the origin at the top left. */
export interface Scene {
  /** The back wall's edges: floor, ceiling and side walls run from them to the picture's edges. */
  readonly shell: { left: number; right: number; top: number; floor: number; wall: Rgb; side: Rgb; ceiling: Rgb; ground: Rgb };
  /** Where the light falls, and how far. */
  readonly light: { x: number; y: number; reach: number };
  readonly furniture: readonly Box[];
  readonly sign?: { readonly text: string; readonly x: number; readonly y: number };
  /** The leaf, its frame and what is seen behind it. */
  readonly door: { x: number; y: number; width: number; height: number; leaf: string; frame: string; beyond: readonly Box[] };
  /** Small things that live: shown while `when` (an ffmpeg expression of t in seconds) is not 0. */
  readonly alive: readonly { readonly box: Box; readonly shownWhile: string }[];
  /** Where somebody who came in goes, and the size of a person there. */
  readonly figure: { readonly goesTo: number; readonly feet: number; readonly height: number };
}

const scenesByName: Record<SceneName, Scene> = {
  corridor: {
    shell: { left: 78, right: 566, top: 26, floor: 236, wall: [92, 97, 99], side: [66, 71, 74], ceiling: [112, 114, 112], ground: [58, 60, 60] },
    light: { x: 330, y: 40, reach: 300 },
    furniture: [
      [240, 8, 170, 7, '0xd8dcd2'],
      [78, 226, 488, 10, '0x43484a'],
      [120, 60, 6, 166, '0x555b5e'],
      [134, 60, 6, 166, '0x555b5e'],
      [118, 100, 24, 4, '0x474c4f'],
      [118, 180, 24, 4, '0x474c4f'],
      [196, 148, 20, 50, '0x7a2b26'],
      [202, 140, 8, 9, '0x26292a'],
      [192, 120, 28, 16, '0x8c3a34'],
      [502, 150, 16, 26, '0x2b2f31'],
      [505, 162, 10, 10, '0x1b1e1f'],
    ],
    sign: { text: 'SERVER ROOM', x: 418, y: 56 },
    door: {
      x: 372,
      y: 80,
      width: 92,
      height: 156,
      leaf: '0x4b5b66',
      frame: '0x2c3235',
      beyond: [[372, 80, 92, 156, '0x12181d'], ...rack(380, 98, 124), ...rack(412, 98, 124), [372, 222, 92, 14, '0x20272c']],
    },
    alive: [{ box: [508, 154, 4, 4, '0x63d07a'], shownWhile: 'lt(mod(t,2),1.7)' }],
    figure: { goesTo: 190, feet: 286, height: 168 },
  },
  gate: {
    shell: { left: 0, right: 640, top: 92, floor: 216, wall: [34, 40, 52], side: [34, 40, 52], ceiling: [22, 28, 42], ground: [60, 60, 58] },
    light: { x: 250, y: 150, reach: 250 },
    furniture: [
      // Beyond the fence: roofs against the sky, two lit windows.
      [0, 104, 150, 112, '0x1d2430'],
      [150, 124, 120, 92, '0x222a36'],
      [470, 116, 170, 100, '0x1f2733'],
      [30, 128, 16, 20, '0xc9b36a'],
      [84, 128, 16, 20, '0x2a3340'],
      [560, 138, 16, 18, '0xb9a562'],
      ...fence(0, 226),
      ...fence(414, 226),
      // The mast with its lamp, and the pillars of the gate.
      [205, 36, 6, 180, '0x2b2f34'],
      [196, 32, 44, 6, '0x2b2f34'],
      [216, 38, 24, 5, '0xefe4b4'],
      [226, 112, 20, 106, '0x585b5c'],
      [222, 106, 28, 8, '0x6b6e6e'],
      [394, 112, 20, 106, '0x585b5c'],
      [390, 106, 28, 8, '0x6b6e6e'],
      [400, 150, 8, 14, '0x1c2022'],
      // A kerb, and the lane that leads in.
      [0, 216, 226, 7, '0x6e6e68'],
      [414, 216, 226, 7, '0x6e6e68'],
      [312, 236, 16, 5, '0xa8a798'],
      [308, 262, 24, 7, '0xa8a798'],
      [302, 296, 36, 10, '0xa8a798'],
      // A bollard and pallets.
      [470, 238, 14, 44, '0x8d7d2e'],
      [470, 248, 14, 7, '0x2a2a26'],
      [470, 264, 14, 7, '0x2a2a26'],
      [540, 240, 84, 10, '0x6f5a3c'],
      [546, 250, 72, 5, '0x3e3325'],
      [540, 255, 84, 10, '0x6a5639'],
      [546, 265, 72, 5, '0x3e3325'],
      [540, 270, 84, 10, '0x63512f'],
    ],
    sign: { text: 'DELIVERIES', x: 320, y: 76 },
    door: {
      x: 253,
      y: 118,
      width: 134,
      height: 98,
      leaf: '0x3f4a4f',
      frame: '0x24292d',
      beyond: [
        [253, 118, 134, 98, '0x151b26'],
        [253, 190, 134, 26, '0x2c2f33'],
        [300, 130, 5, 62, '0x333a42'],
        [290, 126, 24, 6, '0xd9cfa0'],
        [262, 172, 40, 16, '0x30363e'],
      ],
    },
    alive: [{ box: [402, 153, 4, 4, '0x63d07a'], shownWhile: 'lt(mod(t,2),1.6)' }],
    figure: { goesTo: 160, feet: 292, height: 140 },
  },
  'server-room': {
    shell: {
      left: 190,
      right: 470,
      top: 44,
      floor: 206,
      wall: [104, 112, 118],
      side: [40, 44, 48],
      ceiling: [124, 128, 130],
      ground: [96, 102, 106],
    },
    light: { x: 330, y: 60, reach: 330 },
    furniture: [
      // Light panels, cable trays, the seams of the raised floor.
      [296, 18, 70, 6, '0xe6ecec'],
      [286, 34, 90, 4, '0xd6dede'],
      [190, 40, 280, 6, '0x7d8588'],
      [190, 206, 280, 3, '0x6c7478'],
      [120, 232, 410, 2, '0x777f84'],
      [60, 262, 530, 2, '0x777f84'],
      [0, 300, 640, 3, '0x777f84'],
      // Cooling at the back wall.
      [208, 110, 66, 96, '0x8f989c'],
      [214, 118, 54, 30, '0x5b6468'],
      ...Array.from({ length: 6 }, (_, slot): Box => [217, 121 + slot * 4, 48, 2, '0x3c4448']),
      [222, 156, 20, 10, '0x1a2224'],
      // Rows of racks on both sides, the nearer the larger.
      ...rackRow(0, 66, 30, 300),
      ...rackRow(70, 54, 46, 262),
      ...rackRow(128, 44, 60, 234),
      ...rackRow(574, 66, 30, 300),
      ...rackRow(516, 54, 46, 262),
      ...rackRow(468, 44, 60, 234),
    ],
    sign: { text: 'EXIT', x: 368, y: 68 },
    door: {
      x: 330,
      y: 92,
      width: 76,
      height: 114,
      leaf: '0x5d6d78',
      frame: '0x384248',
      beyond: [
        [330, 92, 76, 114, '0x3a4044'],
        [330, 196, 76, 10, '0x2c3032'],
        [348, 100, 40, 4, '0xd8dcd2'],
        [352, 120, 30, 76, '0x2f3538'],
      ],
    },
    alive: [
      { box: [24, 92, 4, 3, '0x63d07a'], shownWhile: 'lt(mod(t,1.6),0.8)' },
      { box: [92, 128, 4, 3, '0x5ab0e0'], shownWhile: 'lt(mod(t+0.5,1.2),0.7)' },
      { box: [536, 104, 4, 3, '0x63d07a'], shownWhile: 'lt(mod(t,2.2),1.5)' },
      { box: [598, 150, 4, 3, '0xd0a03c'], shownWhile: 'lt(mod(t,3),2.4)' },
      { box: [226, 159, 6, 3, '0x63d07a'], shownWhile: 'lt(mod(t,2),1.7)' },
    ],
    figure: { goesTo: 262, feet: 284, height: 158 },
  },
  'car-park': {
    shell: { left: 40, right: 600, top: 62, floor: 200, wall: [94, 94, 88], side: [70, 70, 66], ceiling: [58, 59, 57], ground: [74, 75, 74] },
    light: { x: 320, y: 70, reach: 320 },
    furniture: [
      // Beams under the ceiling, strip lights, a band along the wall.
      [0, 22, 640, 10, '0x454644'],
      [40, 58, 560, 6, '0x4c4d4a'],
      [90, 40, 110, 5, '0xdfe2d4'],
      [420, 40, 110, 5, '0xdfe2d4'],
      [40, 150, 560, 8, '0x8c7a2c'],
      [40, 196, 560, 4, '0x55554f'],
      // Bays.
      [60, 204, 4, 46, '0xb4b4a6'],
      [176, 204, 4, 40, '0xb4b4a6'],
      [292, 204, 4, 40, '0xb4b4a6'],
      [470, 204, 4, 40, '0xb4b4a6'],
      [586, 204, 4, 46, '0xb4b4a6'],
      ...car(74, 153, '0x5f2d2d'),
      ...car(190, 153, '0x3a4756'),
      ...car(482, 153, '0x8a8c88'),
      // Pillars before it all, with the marks that drivers need.
      [20, 32, 40, 250, '0x787872'],
      [20, 196, 40, 12, '0x8f7d2a'],
      [20, 208, 40, 12, '0x2b2b28'],
      [20, 220, 40, 12, '0x8f7d2a'],
      [604, 32, 36, 270, '0x74746e'],
      [604, 206, 36, 12, '0x8f7d2a'],
      [604, 218, 36, 12, '0x2b2b28'],
      [604, 230, 36, 12, '0x8f7d2a'],
      // The lane's middle.
      [120, 282, 90, 4, '0xa2a295'],
      [280, 282, 90, 4, '0xa2a295'],
      [440, 282, 90, 4, '0xa2a295'],
    ],
    sign: { text: 'STAIRS', x: 382, y: 66 },
    door: {
      x: 344,
      y: 92,
      width: 78,
      height: 108,
      leaf: '0x3f5a4c',
      frame: '0x2b302c',
      beyond: [
        [344, 92, 78, 108, '0x8a8c80'],
        [344, 188, 78, 12, '0x5c5e56'],
        ...Array.from({ length: 6 }, (_, step): Box => [352 + step * 11, 180 - step * 11, 62 - step * 11, 4, '0x62645c']),
        [360, 98, 44, 4, '0xe6e8da'],
      ],
    },
    alive: [{ box: [436, 138, 5, 5, '0x63d07a'], shownWhile: 'lt(mod(t,3),2.5)' }],
    figure: { goesTo: 250, feet: 280, height: 150 },
  },
  lobby: {
    shell: { left: 44, right: 604, top: 22, floor: 222, wall: [104, 100, 92], side: [74, 71, 66], ceiling: [120, 117, 110], ground: [74, 70, 64] },
    light: { x: 260, y: 30, reach: 340 },
    furniture: [
      [130, 6, 110, 7, '0xe0dccb'],
      [350, 6, 110, 7, '0xe0dccb'],
      [44, 213, 560, 9, '0x4d4942'],
      [90, 60, 120, 76, '0x5d5a53'],
      [94, 64, 112, 68, '0x7d8a86'],
      [94, 104, 112, 28, '0x5f6f66'],
      [78, 196, 190, 62, '0x4a3d31'],
      [72, 188, 202, 10, '0x65543f'],
      [118, 166, 36, 22, '0x1e2325'],
      [134, 186, 6, 4, '0x1e2325'],
      [560, 176, 14, 46, '0x5b4a3a'],
      [548, 128, 38, 50, '0x3e5140'],
      [540, 146, 54, 22, '0x47604a'],
      [354, 140, 14, 24, '0x2b2d2d'],
    ],
    sign: { text: 'EXIT', x: 442, y: 38 },
    door: {
      x: 384,
      y: 60,
      width: 116,
      height: 162,
      leaf: '0x5b6a6e',
      frame: '0x34332f',
      beyond: [
        [384, 60, 116, 162, '0x1a2230'],
        [384, 150, 116, 72, '0x23282b'],
        [416, 84, 5, 66, '0x3a4148'],
        [408, 80, 21, 6, '0xd9cfa0'],
      ],
    },
    alive: [{ box: [121, 169, 30, 16, '0x3d5a68'], shownWhile: 'lt(mod(t,5),4.2)' }],
    figure: { goesTo: 290, feet: 284, height: 172 },
  },
};

export function sceneNamed(name: SceneName): Scene {
  return scenesByName[name];
}
