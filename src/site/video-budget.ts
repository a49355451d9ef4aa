import { planStreams } from '../video/budget.ts';
import { mistake } from './mistakes.ts';
import type { SiteFile } from './schema.ts';
import type { Mistake, YamlSource } from './yaml-source.ts';

/** Rings that do not fit the memory that the site allows: the gateway runs, with the small pictures. */
export function budgetWarnings(source: YamlSource, { video, cameras }: SiteFile): Mistake[] {
  const { over } = planStreams(video, cameras.length);
  if (over === undefined) return [];
  const fix =
    video.ringStream === 'main'
      ? 'set "ringStream: sub" (tiles in focus then still get the main stream), fewer "ringSeconds", or more "memoryMegabytes"'
      : 'set fewer "ringSeconds" or more "memoryMegabytes"';
  return [mistake(source, ['video'], `the recent past of the cameras does not fit the memory: ${over}`, fix, { severity: 'warning' })];
}
