import { sceneNamed } from './scenes.ts';
import type { Box, Rgb, Scene, SceneName } from './scenes.ts';

export const sceneWidth = 640;
export const sceneHeight = 328;
/** The longest motion vector, in pixels (x264 takes no less). */
export const motionRange = 32;
export const framesPerLoop = 250;
export const framesPerSecond = 12.5;

/** Seconds of the intruder's loop: the door opens, a figure comes in, waits, leaves; then the loop goes on from `comesIn` with the door open. */
export const intruderTimes = { opened: 1, comesIn: 2, walks: 2.8, arrives: 7, turns: 11.5, back: 15.7, gone: 16.6 } as const;

const spriteWidth = 96;
const spriteHeight = 176;

/**
 * The ffmpeg filter graph that draws one scene. Outputs: [idle], and [intruder] in which the door stands open and a figure walks through.
 * @param fontFile for the sign in the picture; ffmpeg's default font without it.
 */
export function sceneGraph(name: SceneName, fontFile: string | undefined): string {
  const scene = sceneNamed(name);
  const { door, figure } = scene;
  const seconds = framesPerLoop / framesPerSecond;
  const still = `color=c=black:s=${sceneWidth}x${sceneHeight}:r=25/2,trim=end_frame=1,format=gbrp,${shell(scene)},format=yuv444p,${boxes(scene.furniture)}`;
  const frame = boxes([[door.x - 7, door.y - 7, door.width + 14, door.height + 7, door.frame]]);
  const sign = scene.sign === undefined ? 'null' : lettering(scene.sign, fontFile);
  const hold = `loop=loop=-1:size=1,setpts=N/(25/2)/TB,trim=end_frame=${framesPerLoop}`;
  const alive = scene.alive.map(({ box, shownWhile }) => drawBox(box, shownWhile)).join(',');
  const feet = figure.feet - door.y - door.height;
  const atDoor = door.x + door.width / 2;
  const { comesIn, walks, arrives, turns, back, gone } = intruderTimes;
  const way = `(clip((t-${walks})/${(arrives - walks).toFixed(2)},0,1)-clip((t-${turns})/${(back - turns).toFixed(2)},0,1))`;
  const place = `x='${atDoor}+(${figure.goesTo - atDoor})*${way}-w/2':y='${door.y + door.height}+${feet}*min(1,3*${way})-h'`;
  const fades = `fade=in:st=${comesIn}:d=0.6:alpha=1,fade=out:st=${back}:d=0.8:alpha=1`;
  return [
    `${still},${frame},${sign},vignette=PI/7,${hold},${alive},split[a][b]`,
    `[a]${leaf(scene, 1)},${grain('idle')}`,
    `[b]${boxes(door.beyond)},${openingLeaf(scene)}[opening]`,
    `${sprite(1)},loop=loop=-1:size=10,setpts=N/(25/2)/TB,trim=duration=${seconds},${scaled(figure.height)},${fades}[walking]`,
    `${sprite(0)},loop=loop=-1:size=1,setpts=N/(25/2)/TB,trim=duration=${seconds},${scaled(figure.height)},${fades}[standing]`,
    `[opening][walking]overlay=${place}:format=yuv444:enable='between(t,${comesIn},${gone})*not(between(t,${arrives},${turns}))'[walked]`,
    `[walked][standing]overlay=${place}:format=yuv444:enable='between(t,${arrives},${turns})',${grain('intruder')}`,
  ].join(';');
}

/**
 * The sensor's grain, but for the top: there nothing may move at all, so that the encoder's motion vectors, which are at most `motionRange` long,
 * never reach over the scene's edge into the bar that is put above it later.
 */
function grain(output: string): string {
  const still = 2 * motionRange;
  const lower = `crop=${sceneWidth}:${sceneHeight - still}:0:${still},noise=c0s=3:c0f=t`;
  return `format=yuv420p,split[${output}-u][${output}-l];[${output}-u]crop=${sceneWidth}:${still}:0:0[${output}-top];[${output}-l]${lower}[${output}-low];[${output}-top][${output}-low]vstack[${output}]`;
}

function drawBox([x, y, width, height, colour]: Box, shownWhile?: string): string {
  return `drawbox=${x}:${y}:${width}:${height}:${colour}:fill${shownWhile === undefined ? '' : `:enable='${shownWhile}'`}`;
}

const boxes = (all: readonly Box[]): string => all.map((box) => drawBox(box)).join(',');

/** The room itself: back wall, sides, ceiling and ground, with a pool of light; one frame, so that geq's slowness does not matter. */
function shell({ shell, light }: Scene): string {
  const { left, right, top, floor } = shell;
  const channel = (pick: (colour: Rgb) => number): string => {
    const ceilingEdge = `${top}-max(0,max(${left}-X,X-${right}))*0.5`;
    const floorEdge = `${floor}+max(0,max(${left}-X,X-${right}))*0.9`;
    const material =
      `if(gt(Y,${floorEdge}),${pick(shell.ground)}*(0.8+0.5*(Y-${floor})/${sceneHeight - floor}),` +
      `if(lt(Y,${ceilingEdge}),${pick(shell.ceiling)},if(between(X,${left},${right}),${pick(shell.wall)},${pick(shell.side)})))`;
    return `(${material})*(0.7+0.6*exp(-(pow(X-${light.x},2)+1.6*pow(Y-${light.y},2))/pow(${light.reach},2)))`;
  };
  return `geq=r='${channel((c) => c[0])}':g='${channel((c) => c[1])}':b='${channel((c) => c[2])}'`;
}

function lettering(sign: { text: string; x: number; y: number }, fontFile: string | undefined): string {
  const font = fontFile === undefined ? '' : `fontfile=${fontFile}:`;
  return `drawtext=${font}text='${sign.text}':x=${sign.x}-text_w/2:y=${sign.y}:fontsize=13:fontcolor=0xc9cbbf:box=1:boxcolor=0x2a4034:boxborderw=4`;
}

/** The door's leaf, turned so that `share` of its width is seen, with its panel and handle. */
function leaf({ door }: Scene, share: number, shownWhile?: string): string {
  const width = Math.max(6, Math.round(door.width * share));
  const panel: Box = [
    door.x + Math.round(width * 0.16),
    door.y + 14,
    Math.max(2, Math.round(width * 0.68)),
    Math.round(door.height * 0.3),
    '0x39454c',
  ];
  const handle: Box = [
    door.x + Math.max(1, Math.round(width * 0.86)),
    door.y + Math.round(door.height * 0.55),
    Math.max(2, Math.round(8 * share)),
    4,
    '0xb9bdb9',
  ];
  return [drawBox([door.x, door.y, width, door.height, door.leaf], shownWhile), drawBox(panel, shownWhile), drawBox(handle, shownWhile)].join(',');
}

/** The leaf in ten steps from shut to open. */
function openingLeaf(scene: Scene): string {
  const steps = 10;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const from = (intruderTimes.opened * step) / steps;
    const until = step === steps ? framesPerLoop : (intruderTimes.opened * (step + 1)) / steps;
    return leaf(scene, Math.cos((step / steps) * 1.42), `gte(t,${from.toFixed(3)})*lt(t,${until.toFixed(3)})`);
  }).join(',');
}

const scaled = (height: number): string => `scale=-2:${height}`;

/** A person, drawn as rounded limbs by their distance to each pixel; ten frames are one double step. `swing` 0 stands still. */
function sprite(swing: number): string {
  const middle = spriteWidth / 2;
  const phase = swing === 0 ? '0' : 'sin(2*PI*N/10)';
  const hip = 92;
  const foot = 164;
  const head = `(hypot(X-${middle},Y-14)-11)`;
  const trunk = [
    limb(`${middle}`, '40', `${middle}`, `${hip - 6}`, 15),
    limb(`${middle - 16}`, '38', `(${middle - 22}-10*${phase})`, '92', 6),
    limb(`${middle + 16}`, '38', `(${middle + 22}+10*${phase})`, '92', 6),
  ];
  const legs = [
    limb(`${middle - 6}`, `${hip}`, `(${middle - 9}+17*${phase})`, `${foot}`, 8),
    limb(`${middle + 6}`, `${hip}`, `(${middle + 9}-17*${phase})`, `${foot}`, 8),
  ];
  const nearest = (limbs: readonly string[]): string => limbs.reduce((a, b) => `min(${a},${b})`);
  // Only the limbs that can reach a line are looked at: geq is slow.
  const distance = `if(lt(Y,26),${head},if(lt(Y,84),${nearest(trunk)},if(lt(Y,102),${nearest([...trunk, ...legs])},${nearest(legs)})))`;
  const body = `if(lt(abs(X-${middle}),40),255*clip(0.5-${distance}/2,0,1),0)`;
  const shadow = `110*clip(1.4-hypot((X-${middle})/38,(Y-169)/6),0,1)`;
  const shade = (head: number, coat: number, legs: number): string =>
    `if(gt(Y,166),8,if(lt(Y,11),28,if(lt(Y,26),${head},if(lt(Y,94),${coat},${legs})*(0.85+0.3*X/${spriteWidth}))))`;
  // Drawn at half size and scaled up again: a quarter of the work, and soft edges.
  const at = (expression: string): string => expression.replaceAll('X', '(2*X)').replaceAll('Y', '(2*Y)');
  return (
    `color=c=black:s=${spriteWidth / 2}x${spriteHeight / 2}:r=25/2,trim=end_frame=${swing === 0 ? 1 : 10},format=rgba,` +
    `geq=r='${at(shade(150, 40, 26))}':g='${at(shade(120, 44, 28))}':b='${at(shade(102, 54, 34))}':a='${at(`max(${body},${shadow})`)}'`
  );
}

/** Signed distance of a pixel to a rod from (ax, ay) to (bx, by) of the given radius. */
function limb(ax: string, ay: string, bx: string, by: string, radius: number): string {
  const [dx, dy] = [`(${bx}-${ax})`, `(${by}-${ay})`];
  const along = `clip(((X-${ax})*${dx}+(Y-${ay})*${dy})/(${dx}*${dx}+${dy}*${dy}),0,1)`;
  return `(hypot(X-${ax}-${dx}*${along},Y-${ay}-${dy}*${along})-${radius})`;
}
