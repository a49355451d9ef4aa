import type { Box } from './scenes.ts';

/** A server rack seen through the door. */
export const rack = (x: number, y: number, height: number): Box[] => [
  [x, y, 26, height, '0x0b0e11'],
  ...Array.from({ length: Math.floor(height / 12) }, (_, row): Box => [x + 3, y + 4 + row * 12, 20, 7, '0x1a2026']),
];

/** A row of racks seen at an angle: dark fronts with a line for each unit. */
export const rackRow = (x: number, width: number, top: number, bottom: number): Box[] => [
  [x, top, width, bottom - top, '0x14181b'],
  [x + 3, top + 4, width - 6, bottom - top - 10, '0x1e2428'],
  ...Array.from({ length: Math.floor((bottom - top - 20) / 14) }, (_, unit): Box => [
    x + 7,
    top + 10 + unit * 14,
    width - 14,
    9,
    unit % 4 === 3 ? '0x11161a' : '0x2c343a',
  ]),
  ...Array.from({ length: Math.floor((bottom - top - 20) / 28) }, (_, unit): Box => [x + width - 16, top + 13 + unit * 28, 4, 3, '0x3f7f55']),
];

/** A fence of upright bars. */
export const fence = (from: number, width: number): Box[] => [
  ...Array.from({ length: Math.floor(width / 12) }, (_, bar): Box => [from + 4 + bar * 12, 118, 3, 98, '0x3f464c']),
  [from, 124, width, 4, '0x4a5158'],
  [from, 200, width, 4, '0x4a5158'],
];

/** A car seen from behind, 92 pixels wide. */
export const car = (x: number, y: number, colour: string): Box[] => [
  [x + 12, y, 68, 26, colour],
  [x + 18, y + 5, 56, 18, '0x1b2227'],
  [x, y + 24, 92, 36, colour],
  [x, y + 52, 92, 8, '0x1e2022'],
  [x + 4, y + 31, 15, 9, '0xa03a30'],
  [x + 73, y + 31, 15, 9, '0xa03a30'],
  [x + 33, y + 38, 26, 8, '0xc9c9be'],
  [x + 6, y + 60, 17, 11, '0x0f1112'],
  [x + 69, y + 60, 17, 11, '0x0f1112'],
];
