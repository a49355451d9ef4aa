import assert from 'node:assert/strict';
import { Cam } from 'onvif/promises/index.js';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../simulators/onvif-camera/index.ts';

/** An event as the package hands it out. */
interface PulledMessages {
  readonly notificationMessage?: PulledMessage | PulledMessage[];
}
interface PulledMessage {
  readonly topic: { readonly _: string };
  readonly message: {
    readonly message: {
      readonly $: { readonly PropertyOperation: string };
      readonly data: { readonly simpleItem: { readonly $: { readonly Value: boolean } } };
    };
  };
}

const password = 'open sesame';

describe('interop: the onvif package and the simulated camera', () => {
  let camera: CameraSimulator;
  let client: Cam;

  before(async function () {
    this.timeout(120_000);
    camera = createCamera('cam-interop', { httpPort: 0, rtspPort: 0, username: 'sallyport', password, scene: 'gate' });
    await camera.start();
  });
  after(() => camera.stop());
  beforeEach(async () => {
    client = new Cam({ hostname: '127.0.0.1', port: camera.httpPort, username: 'sallyport', password });
    await client.connect();
  });

  it('connects and finds the source, the profile and the stream', async () => {
    const source = (client as unknown as { activeSource: Record<string, unknown> }).activeSource;
    assert.deepEqual([source['encoding'], source['width'], source['height']], ['H264', 640, 360]);
    assert.equal(((await client.getStreamUri()) as { uri: string }).uri, `rtsp://127.0.0.1:${camera.rtspPort}/stream`);
    assert.equal(((await client.getSnapshotUri()) as { uri: string }).uri, `http://127.0.0.1:${camera.httpPort}/snapshot.jpg`);
  });

  it('reads what the device says about itself', async () => {
    assert.equal(((await client.getDeviceInformation()) as { manufacturer: string }).manufacturer, 'Sallyport');
    assert.equal(((await client.getHostname()) as { name: string }).name, 'cam-interop');
    assert.ok(((await client.getScopes()) as unknown[]).length > 3);
    assert.equal(((await client.getNetworkInterfaces()) as unknown[]).length, 1);
    assert.ok('media' in ((await client.getCapabilities()) as object));
    assert.ok('topicSet' in ((await client.getEventProperties()) as object));
  });

  it('subscribes, pulls the present states and a change, renews and unsubscribes', async () => {
    const pull = async (): Promise<string[]> => {
      const { notificationMessage = [] } = (await client.pullMessages({ messageLimit: 10 })) as PulledMessages;
      return [notificationMessage]
        .flat()
        .map(({ topic, message: { message } }) => `${topic._} ${message.$.PropertyOperation} ${message.data.simpleItem.$.Value}`);
    };
    await client.createPullPointSubscription();
    assert.deepEqual(await pull(), [
      'tns1:RuleEngine/CellMotionDetector/Motion Initialized false',
      'tns1:VideoSource/GlobalSceneChange/ImagingService Initialized false',
      'tns1:VideoSource/SignalLoss Initialized false',
    ]);
    const waiting = pull();
    await camera.stimuli['motion']?.({ active: true });
    assert.deepEqual(await waiting, ['tns1:RuleEngine/CellMotionDetector/Motion Changed true']);
    await client.renew();
    await client.unsubscribe();
    assert.equal(camera.subscriptions, 0);
  });

  it('is told when its password is wrong', async () => {
    const stranger = new Cam({ hostname: '127.0.0.1', port: camera.httpPort, username: 'sallyport', password: 'wrong' });
    await stranger.connect();
    await assert.rejects(stranger.getDeviceInformation(), /not authorized/);
  });
});
