import type { Incident } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';

/** What may stand in braces in a step's text. */
export const textPlaceholders = {
  point: ({ point }: Incident, names: (id: PointId) => string) => names(point),
  door: ({ door, point }: Incident, names: (id: PointId) => string) => names(door ?? point),
  area: ({ areas, point }: Incident, names: (id: PointId) => string) => names(areas[0] ?? point),
  camera: ({ cameras: [camera] }: Incident, names: (id: PointId) => string) => (camera === undefined ? 'no camera' : names(camera)),
  title: ({ title }: Incident) => title,
  reason: ({ reason }: Incident) => reason,
} as const;

const inBraces = /\{([^{}]*)\}/g;

/** The names in braces that mean nothing. */
export function unknownTextPlaceholders(template: string): string[] {
  return [...template.matchAll(inBraces)].map(([, name]) => name ?? '').filter((name) => !(name in textPlaceholders));
}

/** A step's text about an incident, with the names that dispatchers know. */
export function filled(template: string, incident: Incident, names: (id: PointId) => string): string {
  return template.replace(inBraces, (_all, name: keyof typeof textPlaceholders) => textPlaceholders[name](incident, names));
}
