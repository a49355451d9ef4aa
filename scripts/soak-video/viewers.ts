import { WebSocket } from 'ws';

// The viewers of the soak, in a process of their own: `viewers.ts PORT CAMERAS VIEWERS`. Each stays for a while, then another comes, for another camera.

const [port = '', cameras = '1', viewers = '1'] = process.argv.slice(2);
const SLOW_SHARE = 0.1;
const figures = { pictures: 0, bytes: 0, visits: 0, pasts: 0, closed: {} as Record<string, number> };

function visit(): void {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/cam-${Math.floor(Math.random() * Number(cameras))}`, { perMessageDeflate: false });
  const past = Math.random() < 0.2;
  // Some do not read for a while, as over a bad line.
  const slow = Math.random() < SLOW_SHARE;
  figures.visits += 1;
  if (past) figures.pasts += 1;
  const now = Date.now();
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'play', ...(past ? { mode: 'past', from: now - 10_000, to: now } : { mode: 'live', from: now - 5000 }) })),
  );
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return;
    figures.bytes += data.length;
    for (let at = data.indexOf('moof'); at >= 0; at = data.indexOf('moof', at + 4)) figures.pictures += 1;
  });
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    figures.closed[code] = (figures.closed[code] ?? 0) + 1;
    setTimeout(visit, 200);
  });
  setTimeout(() => socket.close(1000), 2000 + Math.random() * 30_000);
  if (slow)
    setTimeout(() => {
      socket.pause();
      setTimeout(() => socket.resume(), 4000);
    }, 1000);
}

for (let n = 0; n < Number(viewers); n += 1) visit();
setInterval(() => process.send?.(figures), 1000);
process.once('disconnect', () => process.exit(0));
