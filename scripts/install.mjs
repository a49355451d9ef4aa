// Makes a fresh clone able to run: npm packages, the Debian packages that are missing, and the built console.
// Plain JavaScript without imports of packages, because it runs before there are any.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'node_modules', '.sallyport-lock');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

/** npm packages as their authors published them, which is all that types, lint and format need. */
export async function installPackages() {
  checkNode();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing npm packages (the first time takes a few minutes: the database is compiled)');
  await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
}

/** All else, for the tests what only they need too. The database is compiled for a minute or more, so the rest happens beside it. */
export async function prepare({ forTests }) {
  await Promise.all([compilePackages(), programsAndScenes(forTests), run(process.execPath, [join('scripts', 'build-console.mjs')])]);
  linkProgram();
}

async function programsAndScenes(forTests) {
  await installPrograms(forTests);
  if (forTests) await run(process.execPath, ['--import', 'tsx', join('scripts', 'draw-scenes.ts')]);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) stop(`Sallyport needs Node 20.19 or newer; this is ${process.version}`);
}

/** The install scripts that `npm ci` left out. The stamp tells from which lock file node_modules was made, and that nothing is missing. */
async function compilePackages() {
  if (existsSync(stamp)) return;
  // node-gyp compiles with one process alone unless told otherwise.
  await run('npm', ['rebuild'], { JOBS: 'max' });
  writeFileSync(stamp, lock);
}

/**
 * ffmpeg renders the lab's camera pictures; the tests drive Chromium, and talk to other people's implementations of each
 * protocol, without which those tests are skipped.
 */
async function installPrograms(forTests) {
  const needed = [
    { file: which('ffmpeg'), package: 'ffmpeg' },
    ...(process.platform === 'linux' ? [{ file: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf', package: 'fonts-dejavu-core' }] : []),
    ...(forTests ? [{ file: which('chromium'), package: 'chromium' }] : []),
  ];
  const peers = [
    { file: which('mosquitto'), package: 'mosquitto' },
    { file: which('curl'), package: 'curl' },
    { file: which('mbpoll'), package: 'mbpoll' },
    { file: '/usr/lib/python3/dist-packages/pymodbus', package: 'python3-pymodbus' },
    { file: '/usr/include/modbus/modbus.h', package: 'libmodbus-dev' },
    { file: '/usr/lib/python3/dist-packages/gi', package: 'python3-gi' },
    { file: which('gst-launch-1.0'), package: 'gstreamer1.0-tools' },
    { file: typelib('GstRtspServer-1.0'), package: 'gir1.2-gst-rtsp-server-1.0' },
    ...['base', 'good', 'bad', 'ugly'].map((set) => ({ file: `/usr/share/doc/gstreamer1.0-plugins-${set}`, package: `gstreamer1.0-plugins-${set}` })),
    { file: which('cvlc'), package: 'vlc-bin' },
    { file: '/usr/share/doc/vlc-plugin-base', package: 'vlc-plugin-base' },
  ];
  const missing = (wanted) => wanted.filter(({ file }) => file === undefined || !existsSync(file)).map((each) => each.package);
  const missingPeers = forTests ? missing(peers) : [];
  const install = [...missing(needed), ...missingPeers];
  if (install.length === 0) return;
  if (process.getuid?.() === 0 && which('apt-get') !== undefined) {
    say(`installing ${install.join(', ')}`);
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...install], { DEBIAN_FRONTEND: 'noninteractive' });
    return;
  }
  if (missing(needed).length > 0)
    stop(`please install: ${missing(needed).join(', ')} (on Debian: sudo apt-get install ${missing(needed).join(' ')})`);
  say(`some interoperability tests will be skipped; for all of them install: ${missingPeers.join(', ')}`);
}

/** So that `npx sallyport` is this clone's program. */
function linkProgram() {
  const link = join(root, 'node_modules', '.bin', 'sallyport');
  if (!existsSync(link)) symlinkSync(join('..', '..', 'src', 'cli', 'sallyport.mjs'), link);
}

/** The path of a program, or undefined. */
function which(program) {
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function typelib(name) {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder, 'girepository-1.0')) : [];
  return folders.map((folder) => join(folder, `${name}.typelib`)).find((path) => existsSync(path));
}

async function run(command, args, env = {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  const [code] = await once(child, 'close');
  if (code !== 0) stop(`"${command} ${args.join(' ')}" failed; its messages are above`);
}

function say(text) {
  console.error(`sallyport: ${text}`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
