import { fontFile } from './ffmpeg.ts';

/** The bar over the picture: two rows of macroblocks high. */
export const barHeight = 32;

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.: ';
export const glyphWidth = 14;
const smallDigitSize = 16;
const background = 24;
const ink = 225;

/** ffmpeg's arguments that draw every glyph once, as bytes of grey: the big ones in one line of cells, the small digits beside them. */
export function glyphSheetArguments(): string[] {
  const font = fontFile();
  const fontOption = font === undefined ? '' : `fontfile=${font}:`;
  const width = sheetWidth();
  const draw = (character: string, x: number, cell: number, size: number): string =>
    `drawtext=${fontOption}text='${character === ':' ? '\\:' : character}':expansion=none:x=${x}+(${cell}-text_w)/2:y=24-max_glyph_a:fontsize=${size}:fontcolor=white`;
  const filters = [
    ...Array.from(characters)
      .filter((character) => character !== ' ')
      .map((character) => draw(character, characters.indexOf(character) * glyphWidth, glyphWidth, 23)),
    ...Array.from('0123456789').map((digit, n) => draw(digit, characters.length * glyphWidth + n * smallDigitSize, smallDigitSize - 4, 16)),
  ];
  return [
    '-f',
    'lavfi',
    '-i',
    `color=c=black:s=${width}x${barHeight},format=gray`,
    '-vf',
    filters.join(','),
    '-frames:v',
    '1',
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
    'pipe:1',
  ];
}

function sheetWidth(): number {
  return characters.length * glyphWidth + 10 * smallDigitSize;
}

/** Draws the bar's text out of a sheet of glyphs. */
export class Lettering {
  readonly #sheet: Uint8Array;
  readonly #width: number;

  /** @throws Error when the sheet is not what `glyphSheetArguments` makes. */
  constructor(sheet: Uint8Array, width: number) {
    if (sheet.length !== sheetWidth() * barHeight)
      throw new Error(`the sheet of glyphs has ${sheet.length} bytes instead of ${sheetWidth() * barHeight}`);
    this.#sheet = sheet;
    this.#width = width;
  }

  /** An empty bar. */
  bar(): Uint8Array {
    return new Uint8Array(this.#width * barHeight).fill(background);
  }

  /** Writes `text` from column `x`; a character that has no glyph becomes a hyphen. */
  write(bar: Uint8Array, text: string, x: number): void {
    Array.from(text).forEach((character, n) => {
      const index = characters.indexOf(character);
      this.#copy(bar, (index === -1 ? characters.indexOf('-') : index) * glyphWidth, x + n * glyphWidth, glyphWidth);
    });
  }

  /** Writes one small digit, for the tenths of a second: it fits into one column of macroblocks. */
  writeTenth(bar: Uint8Array, digit: number, x: number): void {
    this.#copy(bar, characters.length * glyphWidth + digit * smallDigitSize, x, smallDigitSize);
  }

  #copy(bar: Uint8Array, from: number, to: number, width: number): void {
    for (let line = 0; line < barHeight; line++) {
      for (let column = 0; column < width && to + column < this.#width; column++) {
        // ffmpeg's black is 16 and its white 235 (ITU-R BT.601).
        const level = Math.min(1, Math.max(0, ((this.#sheet[line * sheetWidth() + from + column] ?? 0) - 16) / 219));
        bar[line * this.#width + to + column] = background + Math.round((ink - background) * level);
      }
    }
  }
}
