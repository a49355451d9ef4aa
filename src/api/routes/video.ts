import { rm } from 'node:fs/promises';
import { resolve as resolvePath } from 'node:path';
import express from 'express';
import { z } from 'zod';
import { Refusal } from '../../desk/operations.ts';
import type { Video } from '../../video/index.ts';

export interface ClipSources {
  readonly cameras: readonly { readonly id: string; readonly name: string }[];
  readonly clip: Video['clip'];
  readonly audit: (line: { by: string; text: string; point?: string }) => void;
  /** Who the request comes from. */
  readonly principal: (response: express.Response) => { readonly name: string };
}

const LONGEST_MS = 10 * 60_000;

/** A moment as milliseconds since 1970 or in ISO 8601. */
const moment = z.union([
  z.coerce.number().int().nonnegative(),
  z.iso
    .datetime({ offset: true, error: 'write milliseconds since 1970, or a time such as 2026-01-15T12:00:00Z' })
    .transform((text) => Date.parse(text)),
]);
const querySchema = z
  .object({ from: moment, to: moment })
  .refine(({ from, to }) => from < to, '"to" must be later than "from"')
  .refine(({ from, to }) => to - from <= LONGEST_MS, 'a clip is at most 10 minutes long');

/** Parts of the past as MP4, with the SHA-256 of the file in `Repr-Digest` (RFC 9530) and in hexadecimal in `X-Content-SHA256`. */
export function clipRoutes(sources: ClipSources): express.Router {
  const router = express.Router();
  router.get('/cameras/:id/clip.mp4', async (request, response) => {
    const camera = sources.cameras.find(({ id }) => id === request.params.id);
    if (camera === undefined) throw new Refusal('unknown', `there is no camera ${request.params.id}`);
    const query = querySchema.safeParse(request.query);
    if (!query.success) throw new Refusal('invalid', query.error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '));
    const { from, to } = query.data;
    const clip = await sources.clip(camera.id, from, to).catch((cause: unknown) => {
      const code = (cause as { code?: unknown }).code === 'unsupported' ? 'conflict' : 'failed';
      throw new Refusal(code, `${camera.name}: ${cause instanceof Error ? cause.message : 'the clip could not be made'}`, { cause });
    });
    if (clip === undefined) throw new Refusal('unknown', `nothing of that time is kept of ${camera.name}`);
    const name = `${camera.id}-${new Date(clip.from).toISOString().replaceAll(':', '-')}.mp4`;
    sources.audit({
      by: sources.principal(response).name,
      point: camera.id,
      text: `exported ${camera.name} from ${new Date(clip.from).toISOString()} to ${new Date(clip.to).toISOString()}, SHA-256 ${clip.sha256}`,
    });
    response
      .type('video/mp4')
      .attachment(name)
      .set('Cache-Control', 'no-store')
      .set('Repr-Digest', `sha-256=:${Buffer.from(clip.sha256, 'hex').toString('base64')}:`)
      .set('X-Content-SHA256', clip.sha256);
    await new Promise<void>((resolve) => response.sendFile(resolvePath(clip.path), { dotfiles: 'allow' }, () => resolve()));
    await rm(clip.path, { force: true });
  });
  return router;
}
