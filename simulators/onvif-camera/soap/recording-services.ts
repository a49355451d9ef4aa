import { randomUUID } from 'node:crypto';
import type { Recording, Recordings } from '../recordings.ts';
import { faults } from './envelope.ts';
import type { Operations } from './operations.ts';
import { childOf, escapeXml, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

export const replayPath = (token: string): string => `/replay/${encodeURIComponent(token)}`;

/** So few in one reply, whatever the client would take: a client must ask until the search is complete. */
const resultsAtOnce = 2;
const trackToken = 'VIDEO001';

const source = ({ source: name, token }: Recording): string =>
  `<tt:Source><tt:SourceId>urn:sallyport:${escapeXml(token)}</tt:SourceId><tt:Name>${escapeXml(name)}</tt:Name>` +
  '<tt:Location>simulated</tt:Location><tt:Description>simulated input</tt:Description><tt:Address/></tt:Source>';

const moment = (name: string, at: number): string => `<tt:${name}>${new Date(at).toISOString()}</tt:${name}>`;

function information(recording: Recording): string {
  const { token, earliest, latest } = recording;
  return (
    `<tt:RecordingInformation><tt:RecordingToken>${escapeXml(token)}</tt:RecordingToken>${source(recording)}` +
    `${moment('EarliestRecording', earliest)}${moment('LatestRecording', latest)}<tt:Content>pictures</tt:Content>` +
    `<tt:Track><tt:TrackToken>${trackToken}</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description>H.264</tt:Description>` +
    `${moment('DataFrom', earliest)}${moment('DataTo', latest)}</tt:Track>` +
    `<tt:RecordingStatus>${recording.recording ? 'Recording' : 'Stopped'}</tt:RecordingStatus></tt:RecordingInformation>`
  );
}

/** The recording control service (ONVIF Recording Control, 5): which recordings there are. */
export function recordingService(recordings: Recordings): Operations {
  return {
    GetRecordings: () =>
      `<trc:GetRecordingsResponse>${recordings.all
        .map(
          (each) =>
            `<trc:RecordingItem><tt:RecordingToken>${escapeXml(each.token)}</tt:RecordingToken><tt:Configuration>${source(each)}` +
            '<tt:Content>pictures</tt:Content><tt:MaximumRetentionTime>PT0S</tt:MaximumRetentionTime></tt:Configuration></trc:RecordingItem>',
        )
        .join('')}</trc:GetRecordingsResponse>`,
  };
}

/** The recording search service (ONVIF Recording Search, 5). */
export function searchService(recordings: Recordings): Operations {
  /** What each search has still to tell. */
  const searches = new Map<string, Recording[]>();
  return {
    GetRecordingSummary: () => {
      const { all } = recordings;
      const from = Math.min(...all.map(({ earliest }) => earliest));
      const until = Math.max(...all.map(({ latest }) => latest));
      const summary = `${moment('DataFrom', from)}${moment('DataUntil', until)}<tt:NumberRecordings>${all.length}</tt:NumberRecordings>`;
      return `<tse:GetRecordingSummaryResponse><tse:Summary>${summary}</tse:Summary></tse:GetRecordingSummaryResponse>`;
    },
    FindRecordings: (request) => {
      if (textOf(childOf(request, 'KeepAliveTime')) === '') throw faults.invalidArgument('ter:InvalidArgVal', 'KeepAliveTime is missing');
      const token = randomUUID();
      searches.set(token, [...recordings.all]);
      return `<tse:FindRecordingsResponse><tse:SearchToken>${token}</tse:SearchToken></tse:FindRecordingsResponse>`;
    },
    GetRecordingSearchResults: (request) => {
      const token = textOf(childOf(request, 'SearchToken'));
      const waiting = searches.get(token);
      if (waiting === undefined) throw faults.invalidArgument('ter:InvalidToken', `There is no search "${token}"`);
      const results = waiting.splice(0, resultsAtOnce).map(information).join('');
      const state = waiting.length === 0 ? 'Completed' : 'Searching';
      if (waiting.length === 0) searches.delete(token);
      return (
        `<tse:GetRecordingSearchResultsResponse><tse:ResultList><tt:SearchState>${state}</tt:SearchState>${results}</tse:ResultList>` +
        '</tse:GetRecordingSearchResultsResponse>'
      );
    },
    EndSearch: (request) => {
      searches.delete(textOf(childOf(request, 'SearchToken')));
      return `<tse:EndSearchResponse>${moment('Endpoint', Date.now()).replaceAll('tt:', 'tse:')}</tse:EndSearchResponse>`;
    },
    GetRecordingInformation: (request) => {
      const told = information(known(recordings, request)).replaceAll('tt:RecordingInformation', 'tse:RecordingInformation');
      return `<tse:GetRecordingInformationResponse>${told}</tse:GetRecordingInformationResponse>`;
    },
  };
}

/** The replay service (ONVIF Replay Control, 5). `base`: rtsp://host:port. */
export function replayService(recordings: Recordings, base: () => string): Operations {
  return {
    GetReplayUri: (request) => {
      const { token } = known(recordings, request);
      return `<trp:GetReplayUriResponse><trp:Uri>${base()}${replayPath(token)}</trp:Uri></trp:GetReplayUriResponse>`;
    },
    GetReplayConfiguration: () =>
      '<trp:GetReplayConfigurationResponse><trp:Configuration><tt:SessionTimeout>PT60S</tt:SessionTimeout></trp:Configuration></trp:GetReplayConfigurationResponse>',
  };
}

function known(recordings: Recordings, request: XmlElement): Recording {
  const token = textOf(childOf(request, 'RecordingToken'));
  const recording = recordings.find(token);
  if (recording === undefined) throw faults.invalidArgument('ter:NoRecording', `There is no recording "${token}"`);
  return recording;
}
