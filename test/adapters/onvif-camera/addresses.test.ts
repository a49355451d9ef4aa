import assert from 'node:assert/strict';
import { serviceTarget, streamUri } from '../../../adapters/onvif-camera/addresses.ts';

const configured = { host: '192.0.2.7', port: 8080 };

describe('onvif-camera: addresses', () => {
  const services: [told: string, target: string][] = [
    ['http://192.0.2.7:8000/onvif/Events', '192.0.2.7:8000/onvif/Events'],
    ['http://192.0.2.7/onvif/Events', '192.0.2.7:8080/onvif/Events'],
    ['http://10.0.0.5:80/onvif/sub?Idx=1&b=2', '192.0.2.7:8080/onvif/sub?Idx=1&b=2'],
    ['https://192.0.2.7:443/onvif/Events', '192.0.2.7:8080/onvif/Events'],
    ['http://0.0.0.0/x', '192.0.2.7:8080/x'],
    ['http://[fe80::1]:80/x', '192.0.2.7:8080/x'],
    ['http://192.0.2.7:8000', '192.0.2.7:8000/'],
    ['/onvif/sub', '192.0.2.7:8080/onvif/sub'],
  ];
  for (const [told, target] of services) {
    it(`asks ${target} when the camera tells ${told}`, () => {
      const { host, port, path } = serviceTarget(told, configured);
      assert.equal(`${host}:${port}${path}`, target);
    });
  }

  const streams: [told: string, uri: string][] = [
    ['rtsp://192.0.2.7:554/live/ch0', 'rtsp://192.0.2.7:554/live/ch0'],
    ['rtsp://10.0.0.5/live', 'rtsp://10.0.0.5/live'],
    ['rtsp://0.0.0.0:8554/live', 'rtsp://192.0.2.7:8554/live'],
    ['rtsp://127.0.0.1/live', 'rtsp://192.0.2.7/live'],
    ['rtsp://169.254.3.4:554/live', 'rtsp://192.0.2.7:554/live'],
    ['rtsp://[::]:554/live', 'rtsp://192.0.2.7:554/live'],
    ['rtsp:///live', 'rtsp://192.0.2.7/live'],
    ['RTSP://admin:p@ss@192.0.2.7/a%2Fb?x={1}&user=admin', 'rtsp://192.0.2.7/a%2Fb?x={1}&user=admin'],
  ];
  for (const [told, uri] of streams) {
    it(`plays ${uri} when the camera tells ${told}`, () => {
      assert.equal(streamUri(told, '192.0.2.7'), uri);
    });
  }

  it('leaves a loopback address where the camera is configured at one', () => {
    assert.equal(streamUri('rtsp://127.0.0.1:8551/live', '127.0.0.1'), 'rtsp://127.0.0.1:8551/live');
  });

  it('refuses an address that is not RTSP, without repeating it', () => {
    assert.throws(
      () => streamUri('http://admin:secret@192.0.2.7/', '192.0.2.7'),
      (error: Error) => /not RTSP/.test(error.message) && !error.message.includes('secret'),
    );
  });
});
