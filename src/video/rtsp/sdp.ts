import { VideoError } from '../video-error.ts';

export type VideoCodec = 'H264' | 'H265';

/** The video track of a session description (RFC 8866; RFC 6184, 8.2.1; RFC 7798, 7.2.1). */
export interface VideoMedia {
  readonly codec: VideoCodec;
  readonly payloadType: number;
  /** The track's control attribute as written; undefined when the description has none. */
  readonly control: string | undefined;
  /** NAL units of the parameter sets that the description carries, if any. */
  readonly parameterSets: readonly Buffer[];
}

export interface SessionDescription {
  readonly video: VideoMedia;
  /** The session's control attribute as written. */
  readonly control: string | undefined;
}

interface Section {
  readonly media: string;
  readonly attributes: Map<string, string[]>;
}

const MAX_PARAMETER_SET_BYTES = 1024;

/**
 * Finds the video track to show: the first H.264 one, else the first H.265 one. Audio and metadata are left alone.
 * @throws VideoError `unsupported` when there is no such track.
 */
export function parseSdp(text: string): SessionDescription {
  const [session, ...media] = sections(text);
  const videos = media.flatMap((section) => videoMedia(section) ?? []);
  const video = videos.find(({ codec }) => codec === 'H264') ?? videos[0];
  if (video === undefined) throw new VideoError('unsupported', 'the camera offers no H.264 or H.265 video');
  return { video, control: session?.attributes.get('control')?.[0] };
}

function sections(text: string): Section[] {
  const found: Section[] = [{ media: '', attributes: new Map() }];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith('m=')) found.push({ media: line.slice(2), attributes: new Map() });
    const attribute = /^a=([^:]+):(.*)$/.exec(line);
    if (attribute === null) continue;
    const [, name = '', value = ''] = attribute;
    const attributes = found.at(-1)?.attributes;
    const values = attributes?.get(name);
    if (values === undefined) attributes?.set(name, [value.trim()]);
    else values.push(value.trim());
  }
  return found;
}

function videoMedia({ media, attributes }: Section): VideoMedia | undefined {
  const [type, , , ...listed] = media.trim().split(/\s+/);
  if (type !== 'video') return undefined;
  const formats = new Set(listed);
  for (const map of attributes.get('rtpmap') ?? []) {
    const [, format = '', name = ''] = /^(\d{1,3})\s+(H264|H265)\/90000/i.exec(map) ?? [];
    if (!formats.has(format)) continue;
    const parameters = formatParameters(attributes.get('fmtp') ?? [], format);
    return {
      codec: name.toUpperCase() === 'H264' ? 'H264' : 'H265',
      payloadType: Number(format),
      control: attributes.get('control')?.[0],
      parameterSets: ['sprop-parameter-sets', 'sprop-vps', 'sprop-sps', 'sprop-pps'].flatMap((key) => parameterSets(parameters.get(key))),
    };
  }
  return undefined;
}

function formatParameters(lines: readonly string[], format: string): Map<string, string> {
  const line = lines.find((each) => each.split(/\s/)[0] === format) ?? '';
  const pairs = line.slice(format.length).split(';');
  return new Map(
    pairs.map((pair): [string, string] => {
      // Base64 ends in `=`, so only the first one separates.
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals).trim().toLowerCase(), pair.slice(equals + 1).trim()];
    }),
  );
}

function parameterSets(value: string | undefined): Buffer[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map((each) => Buffer.from(each, 'base64'))
    .filter(({ length }) => length > 1 && length <= MAX_PARAMETER_SET_BYTES);
}
