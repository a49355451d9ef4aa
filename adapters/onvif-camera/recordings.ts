import type { FoundRecording, RecordingFacet, WantedRecording } from '../../src/adapter/contract.ts';
import type { EpochMs } from '../../src/domain/clock.ts';
import { streamUri } from './addresses.ts';
import type { SoapClient } from './client.ts';
import { MalformedReply } from './errors.ts';
import type { Target } from './http.ts';
import { child, childrenOf, escapeXml, textAt } from './xml.ts';
import type { Element } from './xml.ts';

const SEARCH = 'http://www.onvif.org/ver10/search/wsdl';
const REPLAY = 'http://www.onvif.org/ver10/replay/wsdl';
const SCHEMA = 'http://www.onvif.org/ver10/schema';
/** How long the recorder keeps a search that is not asked about, and how long it may wait for results. */
const KEEP_ALIVE_SECONDS = 30;
const WAIT_SECONDS = 5;
const RESULTS_AT_ONCE = 100;
/** A recorder that never completes a search. */
const MOST_REPLIES = 200;

/** A recording as the recorder describes it (ONVIF Recording Search, 5.6). */
interface RecordingInformation {
  readonly token: string;
  readonly sourceId: string;
  readonly sourceName: string;
  /** The span of its pictures; undefined where the recorder does not tell. */
  readonly from: EpochMs | undefined;
  readonly to: EpochMs | undefined;
}

/** The recordings of a recorder, or of a camera with a card (profile G); undefined where the device offers neither search nor replay. */
export function recordingFacet(
  client: SoapClient,
  { search, replay }: { readonly search?: Target; readonly replay?: Target },
  clockOffsetMs: () => number,
  signal: AbortSignal,
): RecordingFacet | undefined {
  if (search === undefined || replay === undefined) return undefined;
  return {
    async find(wanted, from, to): Promise<FoundRecording> {
      const recording = choose(await findRecordings(client, search, signal), wanted);
      const offset = clockOffsetMs();
      const before = recording.to !== undefined && recording.to < from + offset;
      const after = recording.from !== undefined && recording.from > to + offset;
      if (before || after)
        return { recorded: false, reason: `its recording "${recording.sourceName}" ${before ? 'ends before' : 'begins after'} that time` };
      const { host, username, password } = client.options;
      const address = { uri: streamUri(await replayUri(client, replay, recording.token, signal), host), username, password };
      return { recorded: true, address, clockOffsetMs: offset };
    },
  };
}

/** ONVIF Recording Search, 5.8 and 5.9: a search is begun, and asked until it is complete. */
async function findRecordings(client: SoapClient, search: Target, signal: AbortSignal): Promise<readonly RecordingInformation[]> {
  const begun = await client.ask(
    search,
    (requests) => requests.plain(SEARCH, 'FindRecordings', `<Scope/><KeepAliveTime>PT${KEEP_ALIVE_SECONDS}S</KeepAliveTime>`),
    { signal },
  );
  const token = escapeXml(textAt(begun, 'SearchToken') ?? '');
  const content = `<SearchToken>${token}</SearchToken><MaxResults>${RESULTS_AT_ONCE}</MaxResults><WaitTime>PT${WAIT_SECONDS}S</WaitTime>`;
  const found: RecordingInformation[] = [];
  for (let reply = 0; reply < MOST_REPLIES; reply += 1) {
    const results = await client.ask(search, (requests) => requests.plain(SEARCH, 'GetRecordingSearchResults', content), {
      signal,
      extraMs: WAIT_SECONDS * 1000,
    });
    const list = child(results, 'ResultList');
    found.push(...childrenOf(list, 'RecordingInformation').map(informationOf));
    if (textAt(list, 'SearchState') === 'Completed') return found;
  }
  throw new Error('the recorder does not come to an end with its search for recordings');
}

function informationOf(element: Element): RecordingInformation {
  const tracks = childrenOf(element, 'Track').filter((track) => textAt(track, 'TrackType') === 'Video');
  const times = (own: string, ofTrack: string) =>
    [textAt(element, own), ...tracks.map((track) => textAt(track, ofTrack))].map(timeOf).filter((at) => at !== undefined);
  const [starts, ends] = [times('EarliestRecording', 'DataFrom'), times('LatestRecording', 'DataTo')];
  return {
    token: textAt(element, 'RecordingToken') ?? '',
    sourceId: textAt(element, 'Source', 'SourceId') ?? '',
    sourceName: textAt(element, 'Source', 'Name') ?? '',
    from: starts.length === 0 ? undefined : Math.min(...starts),
    // What is still being recorded has no end that counts.
    to: ends.length === 0 || textAt(element, 'RecordingStatus') === 'Recording' ? undefined : Math.max(...ends),
  };
}

function timeOf(text: string | undefined): EpochMs | undefined {
  const at = Date.parse(text ?? '');
  return Number.isFinite(at) ? at : undefined;
}

/**
 * The recording that the site names, or the only one whose source is called like the camera, or the only one.
 * @throws Error that lists what there is.
 */
function choose(all: readonly RecordingInformation[], { camera, name, recording, source }: WantedRecording): RecordingInformation {
  const alike = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();
  const fits = all.filter((each) => {
    if (recording !== undefined) return each.token === recording;
    const names = source === undefined ? [camera, name] : [source];
    return names.some((wanted) => alike(each.sourceId, wanted) || alike(each.sourceName, wanted));
  });
  const [only, another] = fits.length === 0 && recording === undefined && source === undefined ? all : fits;
  if (only !== undefined && another === undefined) return only;
  const offered = all.map((each) => `${each.token} (${each.sourceName})`).join('; ') || 'none';
  const what = fits.length > 1 ? 'several recordings of it: name one' : 'no recording that is plainly of it: name one';
  throw new Error(`the recorder has ${what} under "recorder" in the site file; there are ${offered}`);
}

/** ONVIF Replay Control, 5.2. */
function replayUri(client: SoapClient, replay: Target, token: string, signal: AbortSignal): Promise<string> {
  const setup = `<StreamSetup><Stream xmlns="${SCHEMA}">RTP-Unicast</Stream><Transport xmlns="${SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>`;
  const content = `${setup}<RecordingToken>${escapeXml(token)}</RecordingToken>`;
  const interpret = (reply: Element, text: string): string => {
    const uri = textAt(reply, 'Uri');
    if (uri === undefined) throw new MalformedReply(`GetReplayUri told no address for recording ${token}`, text);
    return uri;
  };
  return client.read(replay, (requests) => requests.plain(REPLAY, 'GetReplayUri', content), interpret, { signal });
}
