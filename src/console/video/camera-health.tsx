import { z } from 'zod';
import { useAnswer } from '../views/integrator/use-answer.ts';

const LOOK_AGAIN_MS = 3_000;

const camerasSchema = z.object({
  cameras: z.array(
    z.object({
      camera: z.string(),
      state: z.string(),
      detail: z.string(),
      stream: z.enum(['main', 'sub']).exactOptional(),
      fps: z.number().exactOptional(),
      bitrateKbps: z.number().exactOptional(),
      groupSeconds: z.number().exactOptional(),
      clockOffsetMs: z.number().exactOptional(),
      ringSeconds: z.number(),
      ringBytes: z.number(),
      packetsLost: z.number(),
      picturesDropped: z.number(),
      tampered: z.boolean().exactOptional(),
    }),
  ),
});
type Health = z.infer<typeof camerasSchema>['cameras'][number];

/** How the picture of one camera comes, in one quiet line. */
export function CameraHealth({ camera }: { readonly camera: string }) {
  const { answer } = useAnswer(camerasSchema, '/cameras', LOOK_AGAIN_MS);
  const health = answer?.ok === true ? answer.value.cameras.find((each) => each.camera === camera) : undefined;
  if (health === undefined) return <span className="quiet">{answer?.ok === false ? answer.message : 'Asking the gateway …'}</span>;
  return (
    <span className="camera-health" data-testid="camera-health">
      {health.tampered === true && <strong>▲ Tampered with: it does not see its scene. </strong>}
      {wordsOf(health)}
    </span>
  );
}

function wordsOf(health: Health): string {
  const { state, detail, stream, fps, bitrateKbps, groupSeconds, clockOffsetMs, ringSeconds, ringBytes, packetsLost, picturesDropped } = health;
  const parts = [
    state === 'live' ? `${stream === 'sub' ? 'sub-stream' : 'main stream'}, ${detail}` : detail,
    fps !== undefined && `${fps} pictures a second`,
    bitrateKbps !== undefined && `${(bitrateKbps / 1000).toFixed(1)} Mbit/s`,
    groupSeconds !== undefined && `key frame every ${groupSeconds} s`,
    `lost ${packetsLost} packets, ${picturesDropped} pictures`,
    clockOffsetMs !== undefined && `its clock ${clockOffsetMs < 0 ? 'behind' : 'ahead'} by ${Math.abs(Math.round(clockOffsetMs))} ms`,
    `${Math.floor(ringSeconds)} s in memory (${(ringBytes / 1_000_000).toFixed(1)} MB)`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}
