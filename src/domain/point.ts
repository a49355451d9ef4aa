/** The identifier of anything that the site file names: a door, reader, camera, panel, zone, device or area. Unique in the site. */
export type PointId = string;

/** What can raise an event. A `device` is a connection to hardware; the others are what that hardware serves. */
export const pointTypes = ['door', 'reader', 'camera', 'panel', 'zone', 'device'] as const;
export type PointType = (typeof pointTypes)[number];
