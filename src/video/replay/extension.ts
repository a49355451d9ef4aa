import type { EpochMs } from '../../domain/clock.ts';
import type { RtpPacket } from '../rtp/rtp.ts';

/** ONVIF Streaming, 6.3: the identifier of the replay extension. */
const REPLAY_EXTENSION = 0xabac;
const NTP_TO_UNIX_SECONDS = 2_208_988_800;

/** When the picture of a replayed packet was taken, by the recorder's clock; undefined where the packet does not tell. */
export function recordedAt({ extension }: RtpPacket): EpochMs | undefined {
  if (extension?.profile !== REPLAY_EXTENSION || extension.data.length < 8) return undefined;
  const seconds = extension.data.readUInt32BE(0);
  if (seconds < NTP_TO_UNIX_SECONDS) return undefined;
  return (seconds - NTP_TO_UNIX_SECONDS) * 1000 + (extension.data.readUInt32BE(4) / 2 ** 32) * 1000;
}
