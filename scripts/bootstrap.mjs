// Makes a fresh clone able to run: npm packages, the Debian packages that are missing, and the built console.
// Plain JavaScript without imports of packages, because it runs before there are any.
//   node scripts/bootstrap.mjs          what `npm start` needs
//   node scripts/bootstrap.mjs --test   what `npm test` needs as well

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const forTests = process.argv.includes('--test');

checkNode();
installPackages();
installPrograms();
linkProgram();
buildConsole();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) stop(`Sallyport needs Node 20.19 or newer; this is ${process.version}`);
}

/** `npm ci` when the lock file is not the one that node_modules was made from. */
function installPackages() {
  const stamp = join(root, 'node_modules', '.sallyport-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing npm packages (the first time takes a few minutes: the database is compiled)');
  // node-gyp compiles with one process alone unless told otherwise.
  run('npm', ['ci', '--no-audit', '--no-fund'], { JOBS: 'max' });
  writeFileSync(stamp, lock);
}

/**
 * ffmpeg renders the lab's camera pictures; the tests drive Chromium, and talk to other people's implementations of each
 * protocol, without which those tests are skipped.
 */
function installPrograms() {
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
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...install], { DEBIAN_FRONTEND: 'noninteractive' });
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

/** Vite builds the console when one of its sources is newer than the last build. */
function buildConsole() {
  const page = join(root, 'dist', 'console', 'index.html');
  const newest = Math.max(...['src/console', 'src/desk', 'src/domain', 'package-lock.json'].map((each) => newestIn(join(root, each))));
  if (existsSync(page) && statSync(page).mtimeMs >= newest) return;
  say('building the console');
  run(process.execPath, [
    join('node_modules', 'vite', 'bin', 'vite.js'),
    'build',
    '--config',
    join('src', 'console', 'vite.config.ts'),
    '--logLevel',
    'warn',
  ]);
}

function newestIn(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

/** The path of a program, or undefined. */
function which(program) {
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function typelib(name) {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder, 'girepository-1.0')) : [];
  return folders.map((folder) => join(folder, `${name}.typelib`)).find((path) => existsSync(path));
}

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  if (status !== 0) stop(`"${command} ${args.join(' ')}" failed; its messages are above`);
}

function say(text) {
  console.error(`sallyport: ${text}`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
