import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startGateway } from '../../src/main.ts';

describe('a WebSocket that the gateway refuses', () => {
  it('is let go of, also when the other side never hangs up', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-refused-'));
    writeFileSync(join(folder, 'site.yaml'), 'site: { id: test, name: Test }\n');
    const gateway = await startGateway({ siteFile: join(folder, 'site.yaml'), dataFolder: folder, log: pino({ level: 'silent' }), port: 0 });
    const { hostname, port } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    const headers = 'upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';
    socket.write(`GET /desk HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n\r\n`);
    await once(socket, 'end');
    assert.match(answer, /^HTTP\/1.1 401/);
    // The gateway would wait for this socket if it still held it.
    await gateway.close();
    socket.destroy();
    rmSync(folder, { recursive: true });
  });
});
