import { clockTime } from '../time.ts';
import type { Picture } from './picture.ts';

/** Says over a tile why there is no picture, or that it is not one of now. */
export function Overlay({ picture }: { readonly picture: Picture }) {
  if (picture.state === 'playing') return undefined;
  return (
    <div className={`overlay ${picture.state}`} role="status" data-testid="tile-overlay">
      <strong>{headline(picture)}</strong>
      {picture.detail !== headline(picture) && <span>{picture.detail}</span>}
    </div>
  );
}

function headline(picture: Exclude<Picture, { state: 'playing' }>): string {
  switch (picture.state) {
    case 'waiting':
      return 'Waiting for the picture';
    case 'lost':
      return picture.since === undefined ? '▲ No picture' : `▲ No picture since ${clockTime(picture.since)}`;
    case 'unsupported':
      return '▲ This picture cannot be shown';
  }
}
