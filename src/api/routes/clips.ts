import { resolve as resolvePath } from 'node:path';
import { Router } from 'express';
import type { Response } from 'express';
import { z } from 'zod';
import { Refusal } from '../../desk/operations.ts';
import type { ClipJob, ClipJobs } from '../../video/clip-jobs.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

const LONGEST_MS = 10 * 60_000;

export interface ClipJobSources {
  readonly jobs: ClipJobs;
  readonly cameras: readonly { readonly id: string; readonly name: string }[];
}

const epochMs = z.number().int().nonnegative().describe('milliseconds since 1970');
const jobSchema = z.object({
  id: z.string(),
  camera: z.string(),
  from: epochMs,
  to: epochMs,
  form: z.enum(['plain', 'marked', 'sheet']),
  by: z.string(),
  incident: z.string().exactOptional(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number().describe('from 0 to 1'),
  reason: z.string().exactOptional().describe('why it failed'),
  made: z
    .object({ bytes: z.number().int(), sha256: z.string().describe('of the file, in hexadecimal'), from: z.number(), to: z.number() })
    .exactOptional()
    .describe('the file, and when its first and last pictures were seen'),
});
const params = z.object({ id: z.string() });

/** Exports of what cameras saw: asked for, made one after the other, fetched within a quarter of an hour. */
export function clipEndpoints({ jobs, cameras }: ClipJobSources): Endpoint[] {
  const find = (id: string, job: ClipJob | undefined) => {
    if (job === undefined) throw new Refusal('unknown', `there is no export ${id}: files are kept for 15 minutes`);
    return told(job);
  };
  return [
    endpoint({
      method: 'post',
      path: '/clips',
      tag: 'video',
      summary:
        'Export what a camera saw, from memory and recordings, as MP4 or as one JPEG with several pictures; answers at once, the file is made in its turn',
      body: z
        .strictObject({
          camera: z.string(),
          from: epochMs,
          to: epochMs,
          form: z
            .enum(['plain', 'marked', 'sheet'])
            .default('plain')
            .describe('plain: as it was kept (H.264 or H.265); marked: H.264 with the camera’s name and the time in the pictures; sheet: one JPEG'),
          pictures: z.number().int().min(1).max(30).default(12).describe('on a sheet'),
          incident: z.string().max(100).exactOptional().describe('that it belongs to, for the log'),
        })
        .refine(({ from, to }) => from < to, '"to" must be later than "from"')
        .refine(({ from, to }) => to - from <= LONGEST_MS, 'a clip is at most 10 minutes long'),
      answer: jobSchema,
      handle({ body: { camera, from, to, form, pictures, incident }, principal }) {
        if (!cameras.some(({ id }) => id === camera)) throw new Refusal('unknown', `there is no camera ${camera}`);
        const wish = { camera, from, to, form: form === 'sheet' ? { sheetOf: pictures } : form, by: principal.name };
        try {
          return told(jobs.add({ ...wish, ...(incident !== undefined && { incident }) }));
        } catch (cause) {
          throw new Refusal('conflict', (cause as Error).message, { cause });
        }
      },
    }),
    endpoint({
      method: 'get',
      path: '/clips',
      tag: 'video',
      summary: 'The exports that are waiting, being made or kept, oldest first',
      answer: z.object({ clips: z.array(jobSchema) }),
      handle: () => ({ clips: jobs.list().map(told) }),
    }),
    endpoint({
      method: 'get',
      path: '/clips/{id}',
      tag: 'video',
      summary: 'How far an export is; once it is done, /clips/{id}/{camera}.mp4 (or .jpg) is the file',
      params,
      answer: jobSchema,
      handle: ({ params: { id } }) => find(id, jobs.get(id)),
    }),
    endpoint({
      method: 'post',
      path: '/clips/{id}/cancel',
      tag: 'video',
      summary: 'End an export, or delete its file',
      params,
      answer: jobSchema,
      handle: ({ params: { id } }) => find(id, jobs.cancel(id)),
    }),
  ];
}

/** The files of exports; the hash is in `Repr-Digest` (RFC 9530) and in hexadecimal in `X-Content-SHA256`. */
export function clipFiles({ jobs }: ClipJobSources): Router {
  const router = Router();
  router.get(['/clips/:clip/:camera.mp4', '/clips/:clip/:camera.jpg'], async (request, response) => {
    const { clip = '', camera = '' } = request.params as Record<string, string>;
    const job = jobs.get(clip);
    const path = jobs.path(clip);
    if (job?.made === undefined || path === undefined || job.camera !== camera) throw new Refusal('unknown', `there is no file of export ${clip}`);
    describeFile(response, job.made.sha256).attachment(`${camera}-${new Date(job.made.from).toISOString().replaceAll(':', '-')}.${path.slice(-3)}`);
    await new Promise<void>((resolve) => response.sendFile(resolvePath(path), { dotfiles: 'allow' }, () => resolve()));
  });
  return router;
}

/** The line of the log for an export that is done. */
export function exportLine(
  { by, camera, incident, form, made }: ClipJob,
  name: string,
): { by: string; text: string; point: string; incident?: string } {
  const what = typeof form === 'object' ? 'a contact sheet of ' : form === 'marked' ? 'with name and time ' : '';
  const time = (at: number) => new Date(at).toISOString();
  const text = `exported ${what}${name} from ${time(made?.from ?? 0)} to ${time(made?.to ?? 0)}, SHA-256 ${made?.sha256 ?? ''}`;
  return { by, point: camera, text, ...(incident !== undefined && { incident }) };
}

function describeFile(response: Response, sha256: string): Response {
  return response
    .set('Cache-Control', 'no-store')
    .set('Repr-Digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
    .set('X-Content-SHA256', sha256);
}

function told({ form, ...job }: ClipJob): z.infer<typeof jobSchema> {
  return { ...job, form: typeof form === 'object' ? 'sheet' : form };
}
