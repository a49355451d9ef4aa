import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';

/** What the tile shows right now. */
export async function picture(page: Page, tile: string): Promise<PNG> {
  // The element is read through a canvas, so that nothing that lies over the video counts.
  const data = await page.getByTestId(tile).evaluate((element) => {
    const video = element as HTMLVideoElement;
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
  return PNG.sync.read(Buffer.from(data, 'base64'));
}

/** The part of the picture's pixels that differ clearly between two pictures of one size, from 0 to 1. */
export function difference(a: PNG, b: PNG): number {
  let different = 0;
  for (let offset = 0; offset < a.data.length; offset += 4) {
    const distance = [0, 1, 2].reduce((sum, channel) => sum + Math.abs((a.data[offset + channel] ?? 0) - (b.data[offset + channel] ?? 0)), 0);
    if (distance > 60) different += 1;
  }
  return (4 * different) / a.data.length;
}
