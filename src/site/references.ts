import type { Adapters } from '../adapter/loader.ts';
import { choice, mistake } from './mistakes.ts';
import { coveredPoint } from './ptz-schema.ts';
import { pointLists } from './schema.ts';
import { threatMistakes } from './threat-references.ts';
import type { SiteFile } from './schema.ts';
import type { Mistake, Path, YamlSource } from './yaml-source.ts';

const idLists = ['areas', 'devices', 'schedules', ...pointLists.map(([list]) => list)] as const;

/** What no schema can see: identifiers used twice, references that lead nowhere, devices that cannot serve a point, areas inside themselves. */
export function referenceMistakes(source: YamlSource, file: SiteFile, adapters: Adapters): Mistake[] {
  const ids = (list: (typeof idLists)[number]) => file[list].map(({ id }) => id);
  const refers = (path: Path, given: string | undefined, known: readonly string[], what: string): Mistake[] =>
    given === undefined || known.includes(given) ? [] : [mistake(source, path, `there is no ${what} "${given}"`, `write ${choice(given, known)}`)];

  const areas = ids('areas');
  return [
    ...duplicates(source, file),
    ...file.areas.flatMap((area, index) => refers(['areas', index, 'within'], area.within, areas, 'area')),
    ...(file.alarms?.suppressed ?? []).flatMap(({ point }, index) => {
      const points = [...ids('devices'), ...pointLists.flatMap(([list]) => ids(list))];
      return refers(['alarms', 'suppressed', index, 'point'], point, points, 'point or device');
    }),
    ...circles(source, file),
    ...(['areas', 'doors'] as const).flatMap((list) =>
      file[list].flatMap(({ id, adjacent = [] }, index) =>
        adjacent.flatMap((other, position) =>
          refers(
            [list, index, 'adjacent', position],
            other,
            ids(list).filter((each) => each !== id),
            `other ${list.slice(0, -1)}`,
          ),
        ),
      ),
    ),
    ...file.devices.flatMap(({ adapter }, index) => refers(['devices', index, 'adapter'], adapter, [...adapters.keys()], 'adapter')),
    ...(['devices', 'doors', 'cameras', 'panels', 'zones'] as const).flatMap((list) =>
      file[list].flatMap(({ area }, index) => refers([list, index, 'area'], area, areas, 'area')),
    ),
    ...(['doors', 'readers', 'cameras', 'panels'] as const).flatMap((list) =>
      file[list].flatMap(({ device }, index) => refers([list, index, 'device'], device, ids('devices'), 'device')),
    ),
    ...file.cameras.flatMap(({ recorder }, index) => refers(['cameras', index, 'recorder', 'device'], recorder?.device, ids('devices'), 'device')),
    ...file.readers.flatMap(({ door }, index) => refers(['readers', index, 'door'], door, ids('doors'), 'door')),
    ...file.zones.flatMap(({ panel }, index) => refers(['zones', index, 'panel'], panel, ids('panels'), 'panel')),
    ...file.cameras.flatMap(({ covers }, index) =>
      covers.flatMap((covered, position) =>
        refers(['cameras', index, 'covers', position], coveredPoint(covered), [...ids('doors'), ...ids('zones'), ...areas], 'door, zone or area'),
      ),
    ),
    ...unservable(source, file, adapters),
    ...threatMistakes(source, file),
  ];
}

function duplicates(source: YamlSource, file: SiteFile): Mistake[] {
  const first = new Map<string, string>();
  return idLists.flatMap((list) =>
    file[list].flatMap(({ id }, index) => {
      const path = [list, index, 'id'];
      const earlier = first.get(id);
      if (earlier === undefined) {
        first.set(id, `line ${source.position(path).line}`);
        return [];
      }
      return [mistake(source, path, `"${id}" is already used in ${earlier}`, 'give it an identifier of its own')];
    }),
  );
}

function circles(source: YamlSource, file: SiteFile): Mistake[] {
  return file.areas.flatMap((area, index) => {
    const seen = new Set<string>();
    for (let at: string | undefined = area.id; at !== undefined;) {
      if (seen.has(at))
        return at === area.id
          ? [mistake(source, ['areas', index, 'within'], `area "${area.id}" lies inside itself`, 'remove one "within" of the circle')]
          : [];
      seen.add(at);
      const here: string = at;
      at = file.areas.find(({ id }) => id === here)?.within;
    }
    return [];
  });
}

/** A point on a device whose adapter has no such points. */
function unservable(source: YamlSource, file: SiteFile, adapters: Adapters): Mistake[] {
  return pointLists.flatMap(([list, type]) =>
    file[list].flatMap((point, index) => {
      const deviceId = 'device' in point ? point.device : file.panels.find(({ id }) => id === point.panel)?.device;
      const adapter = adapters.get(file.devices.find(({ id }) => id === deviceId)?.adapter ?? '');
      if (adapter === undefined || adapter.points[type] !== undefined) return [];
      const able = [...adapters.values()].filter(({ points }) => points[type] !== undefined).map(({ name }) => name);
      return [
        mistake(
          source,
          [list, index],
          `adapter ${adapter.name} of device "${deviceId ?? ''}" serves no ${type}s`,
          `use a device whose adapter is ${able.join(' or ')}`,
          {
            key: 'device',
          },
        ),
      ];
    }),
  );
}
