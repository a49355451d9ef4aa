/** The four places that a simulated camera can look at. */
export const sceneNames = ['corridor', 'lobby', 'stairwell', 'yard'] as const;
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

/** A server rack seen through the door. */
const rack = (x: number, y: number, height: number): Box[] => [
  [x, y, 26, height, '0x0b0e11'],
  ...Array.from({ length: Math.floor(height / 12) }, (_, row): Box => [x + 3, y + 4 + row * 12, 20, 7, '0x1a2026']),
];

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
  stairwell: {
    shell: { left: 60, right: 590, top: 18, floor: 240, wall: [88, 92, 86], side: [62, 66, 62], ceiling: [96, 98, 92], ground: [62, 63, 60] },
    light: { x: 420, y: 50, reach: 280 },
    furniture: [
      [400, 22, 60, 8, '0xd6d8c6'],
      [60, 231, 530, 9, '0x454945'],
      ...Array.from({ length: 9 }, (_, step): Box => [88 + step * 20, 228 - step * 18, 20, 12 + step * 18, step % 2 === 0 ? '0x6b6d68' : '0x646661']),
      ...Array.from({ length: 9 }, (_, step): Box => [88 + step * 20, 226 - step * 18, 20, 3, '0x85877f']),
      ...Array.from({ length: 9 }, (_, step): Box => [97 + step * 20, 176 - step * 18, 2, 50, '0x353937']),
      ...Array.from({ length: 36 }, (_, part): Box => [92 + part * 5, 175 - Math.round(part * 4.5), 6, 5, '0x2d3130']),
      [546, 160, 14, 24, '0x2b2d2d'],
      [350, 96, 34, 44, '0x9aa08c'],
      [362, 104, 10, 28, '0x4f5a4c'],
    ],
    sign: { text: 'LEVEL 0', x: 470, y: 62 },
    door: {
      x: 424,
      y: 86,
      width: 94,
      height: 154,
      leaf: '0x6a4f3e',
      frame: '0x33322d',
      beyond: [
        [424, 86, 94, 154, '0x15191a'],
        [424, 212, 94, 28, '0x262a29'],
        [446, 100, 50, 5, '0x8d9488'],
        [456, 130, 30, 82, '0x1d2223'],
      ],
    },
    alive: [{ box: [551, 164, 4, 4, '0xd0a03c'], shownWhile: 'lt(mod(t,3),2.5)' }],
    figure: { goesTo: 310, feet: 290, height: 170 },
  },
  yard: {
    shell: { left: 0, right: 640, top: 96, floor: 214, wall: [62, 64, 68], side: [40, 43, 48], ceiling: [26, 31, 42], ground: [58, 58, 56] },
    light: { x: 300, y: 130, reach: 260 },
    furniture: [
      [0, 90, 640, 7, '0x33363b'],
      [0, 206, 640, 8, '0x383a3c'],
      [36, 128, 62, 40, '0x22282f'],
      [40, 132, 54, 32, '0x303a44'],
      [126, 128, 62, 40, '0x22282f'],
      [130, 132, 54, 32, '0x303a44'],
      [300, 66, 5, 148, '0x25282b'],
      [288, 60, 30, 8, '0xe2d6a4'],
      [500, 150, 118, 64, '0x3b4743'],
      [494, 144, 130, 8, '0x2c3532'],
      [520, 160, 4, 46, '0x323c38'],
      [560, 160, 4, 46, '0x323c38'],
      [600, 160, 4, 46, '0x323c38'],
      [60, 268, 120, 3, '0x7a7a70'],
      [220, 268, 120, 3, '0x7a7a70'],
      [380, 268, 120, 3, '0x7a7a70'],
      [322, 150, 14, 22, '0x22262a'],
    ],
    sign: { text: 'GATE', x: 400, y: 76 },
    door: {
      x: 350,
      y: 102,
      width: 100,
      height: 112,
      leaf: '0x55606a',
      frame: '0x2a2d31',
      beyond: [
        [350, 102, 100, 112, '0x10141c'],
        [350, 180, 100, 34, '0x23262a'],
        [396, 120, 4, 60, '0x2c3138'],
      ],
    },
    alive: [{ box: [327, 154, 4, 4, '0x63d07a'], shownWhile: 'lt(mod(t,2),1.6)' }],
    figure: { goesTo: 210, feet: 292, height: 148 },
  },
};

export function sceneNamed(name: SceneName): Scene {
  return scenesByName[name];
}
