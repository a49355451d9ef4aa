import { payloadType, rtpClockRate } from './rtp-h264.ts';

export const trackControl = 'trackID=1';
export const audioControl = 'trackID=2';

export interface Description {
  readonly name: string;
  readonly host: string;
  readonly sets: { readonly sps: Buffer; readonly pps: Buffer };
  /** Stands before each control: nothing, or the URL of the stream and a slash. */
  readonly base?: string;
  /** A track of G.711 (RFC 3551, payload type 8) before the video. */
  readonly audioFirst?: boolean;
}

/** The session description of an H.264 track (RFC 4566; RFC 6184 clause 8.2; RFC 2326 appendix C). */
export function sessionDescription({ name, host, sets, base = '', audioFirst = false }: Description): string {
  const profile = sets.sps.subarray(1, 4).toString('hex').toUpperCase();
  const sprop = [sets.sps, sets.pps].map((set) => set.toString('base64')).join(',');
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    `s=${name.replaceAll(/[\r\n]/g, ' ')}`,
    `c=IN IP4 0.0.0.0`,
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    ...(audioFirst ? ['m=audio 0 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', `a=control:${base}${audioControl}`] : []),
    `m=video 0 RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} H264/${rtpClockRate}`,
    `a=fmtp:${payloadType} packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sprop}`,
    'a=framerate:12.5',
    `a=control:${base}${trackControl}`,
    '',
  ].join('\r\n');
}
