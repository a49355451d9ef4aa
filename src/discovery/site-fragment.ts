import { Document, isMap, isSeq } from 'yaml';
import type { DiscoveredDevice } from '../adapter/contract.ts';
import type { PointType } from '../domain/point.ts';

/** A device that was found, and the adapter that found it. */
export interface Found {
  readonly adapter: string;
  readonly device: DiscoveredDevice;
}

/** The site file's lists, in its order; a reader names its door, a zone its panel. */
const lists: readonly (readonly [list: string, type: PointType, parent?: string])[] = [
  ['doors', 'door'],
  ['readers', 'reader', 'door'],
  ['cameras', 'camera'],
  ['panels', 'panel'],
  ['zones', 'zone', 'panel'],
];

/** What to paste into a site file: valid YAML, one device or point a line or block, with what it said of itself as comments. */
export function siteFragment(found: readonly Found[]): string {
  const devices = found.map(({ adapter, device: { id, name, options } }) => ({ id, name, adapter, ...options }));
  const points = Object.fromEntries(
    lists.flatMap(([list, type, parent]) => {
      const all = found.flatMap(({ device }) =>
        device.points
          .filter((point) => point.type === type)
          .map((point) => ({
            id: point.id,
            name: point.name,
            ...(parent !== undefined && { [parent]: point.parent ?? 'name-it' }),
            ...(type !== 'zone' && { device: device.id }),
            at: point.at,
          })),
      );
      return all.length === 0 ? [] : [[list, all] as const];
    }),
  );
  const document = new Document({ devices, ...points });
  comment(document, found);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Puts each device's remark above it, and its points on one line each. */
function comment(document: Document, found: readonly Found[]): void {
  const devices = document.get('devices');
  if (isSeq(devices)) {
    for (const [index, item] of devices.items.entries()) {
      const remark = found[index]?.device.remark;
      if (isMap(item) && remark !== undefined) item.commentBefore = ` ${remark.replace(/\s+/g, ' ')}`;
    }
  }
  for (const [list] of lists) {
    const points = document.get(list);
    if (isSeq(points)) for (const item of points.items) if (isMap(item)) item.flow = true;
  }
}
