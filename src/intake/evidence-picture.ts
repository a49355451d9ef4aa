import type { Evidence } from '../domain/incident.ts';
import type { Journal } from './journal.ts';

/** Pictures that hold nothing but pixels: an SVG may hold a program. */
const dataUri = /^data:(image\/(?:jpeg|png|webp));base64,([A-Za-z0-9+/]+={0,2})$/;

/** A picture that came with an event. */
export interface EvidencePicture {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The picture that came with a piece of evidence, as the journal keeps it. */
export function evidencePicture(journal: Journal, { event, point, kind }: Pick<Evidence, 'event' | 'point' | 'kind'>): EvidencePicture | undefined {
  const uri = journal.find({ id: event, point, kind })?.details['picture'];
  const [, type, base64] = (typeof uri === 'string' && dataUri.exec(uri)) || [];
  return type === undefined || base64 === undefined ? undefined : { type, bytes: Buffer.from(base64, 'base64') };
}
