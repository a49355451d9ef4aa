import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { until } from '../../support/until.ts';
import { credentials } from './soap-client.ts';

const probe = (types: string): string =>
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:MessageID>urn:uuid:1234</a:MessageID></s:Header>' +
  `<s:Body><d:Probe xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><d:Types>${types}</d:Types></d:Probe></s:Body></s:Envelope>`;

// An address of its own, so that cameras of a lab that runs beside the tests do not answer.
const host = '127.0.0.77';

describe('simulators/onvif-camera: discovery', () => {
  const cameras: CameraSimulator[] = [];
  const answers: string[] = [];
  let socket: Socket;

  before(async function () {
    this.timeout(120_000);
    for (const id of ['cam-a', 'cam-b']) {
      const camera = createCamera(id, { host, httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby', discovery: true });
      cameras.push(camera);
      await camera.start();
    }
    socket = createSocket('udp4');
    socket.on('message', (datagram) => answers.push(datagram.toString()));
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    socket.setMulticastInterface(host);
  });
  afterEach(() => (answers.length = 0));
  after(async () => {
    socket.close();
    for (const camera of cameras) await camera.stop();
  });

  const answersOf = (camera: CameraSimulator): string[] =>
    answers.filter((answer) => answer.includes(`http://${host}:${camera.httpPort}/onvif/device_service`));
  const everyCamera = (): boolean => cameras.every((camera) => answersOf(camera).length > 0);

  it('answers a unicast probe for every camera of the address', async () => {
    socket.send(probe('dn:NetworkVideoTransmitter'), 3702, host);
    await until('the answers', everyCamera);
    assert.match(answers[0]!, /RelatesTo>urn:uuid:1234</);
  });

  it('answers a multicast probe on its own interface', async () => {
    socket.send(probe(''), 3702, '239.255.255.250');
    await until('the answers', everyCamera);
  });

  it('keeps silent about other kinds of device, for garbage and when it is dropped', async () => {
    await cameras[1]!.faults['drop']?.({});
    socket.send(probe('x:Printer'), 3702, host);
    socket.send('garbage <', 3702, host);
    // The answer to this later probe shows that the earlier ones got none.
    socket.send(probe('dn:NetworkVideoTransmitter'), 3702, host);
    await until('the answer', () => answersOf(cameras[0]!).length > 0);
    // A lab that runs beside the tests may still answer the probe of the test before.
    assert.equal(answers.filter((answer) => answer.includes(`http://${host}:`)).length, 1);
    await cameras[1]!.faults['clear']?.({});
  });
});
