import { VideoError } from '../video-error.ts';
import { followRedirect, resolveBase, resolveControl } from './address.ts';
import type { Target } from './address.ts';
import { RtspConnection } from './connection.ts';
import type { RtspResponse } from './messages.ts';
import { parseSdp } from './sdp.ts';
import type { VideoMedia } from './sdp.ts';
import type { Clock } from '../../domain/clock.ts';

const MAX_REDIRECTS = 3;

/** What a camera says it sends, and the connection on which it said so. */
export interface Described {
  readonly connection: RtspConnection;
  readonly media: VideoMedia;
  /** What PLAY, TEARDOWN and signs of life name. */
  readonly aggregateUri: string;
  /** What SETUP names. */
  readonly trackUri: string;
  readonly keepAliveMethod: 'GET_PARAMETER' | 'OPTIONS';
}

/**
 * Connects and asks what there is, wherever redirects lead. `opened` is told of each connection, so that it can be closed from outside.
 * @throws VideoError saying why that failed; nothing is left open then.
 */
export async function describe(
  target: Target,
  clock: Clock,
  onFrame: (channel: number, payload: Buffer) => void,
  opened: (connection: RtspConnection) => void,
): Promise<Described> {
  let at = target;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const connection = new RtspConnection(at.server, clock, onFrame);
    opened(connection);
    const hangUp = () => connection.close(new VideoError('ended', 'the connection was closed by the gateway'));
    try {
      await connection.connected();
      const options = await connection.request('OPTIONS', at.uri);
      const answer = await connection.request('DESCRIBE', at.uri, { Accept: 'application/sdp' });
      if (answer.status < 300 || answer.status >= 400) return { connection, ...readDescription(at.uri, options, answer) };
      at = followRedirect(at, answer.headers.get('location')?.[0]);
      hangUp();
    } catch (error) {
      hangUp();
      throw error;
    }
  }
  throw new VideoError('protocol', 'the camera redirects in a circle');
}

function readDescription(uri: string, options: RtspResponse, answer: RtspResponse): Omit<Described, 'connection'> {
  const { headers, body } = accepted('DESCRIBE', answer);
  const { video, control } = parseSdp(body.toString('utf8'));
  // RFC 2326, C.1.1: the order in which the base is looked for.
  const base = headers.get('content-base')?.[0] ?? headers.get('content-location')?.[0];
  const aggregateUri = resolveControl(base === undefined || base === '' ? uri : resolveBase(uri, base), control);
  const methods = (options.headers.get('public') ?? []).join(',').split(',');
  const keepAliveMethod = methods.some((each) => each.trim() === 'GET_PARAMETER') ? 'GET_PARAMETER' : 'OPTIONS';
  return { media: video, aggregateUri, trackUri: resolveControl(aggregateUri, video.control), keepAliveMethod };
}

const refusals: Readonly<Record<number, string>> = {
  403: 'the camera forbids this user to see the stream',
  404: 'the camera does not know this stream',
  453: 'the camera has no bandwidth left for another stream',
  457: 'the camera has nothing of that time',
  461: 'the camera sends its stream neither over TCP nor over UDP',
  503: 'the camera serves no more streams',
};

/** @throws VideoError with the sentence for a status that is no success. */
export function accepted(method: string, response: RtspResponse): RtspResponse {
  if (response.status >= 200 && response.status < 300) return response;
  const code = response.status === 403 || response.status === 461 ? 'unsupported' : 'protocol';
  throw new VideoError(code, refusals[response.status] ?? `the camera answers ${method} with status ${response.status}`);
}
