import { choice, mistake } from './mistakes.ts';
import type { SiteFile } from './schema.ts';
import type { Mistake, YamlSource } from './yaml-source.ts';

/** What the schema cannot see in the threat levels: what they except does not exist, two are alike, a level cannot reach any door. */
export function threatMistakes(source: YamlSource, file: SiteFile): Mistake[] {
  const places = [...file.areas, ...file.doors].map(({ id }) => id);
  return [
    ...alike(source, file, 'id'),
    ...alike(source, file, 'severity'),
    ...file.threatLevels.flatMap(({ except }, index) =>
      except.flatMap((given, position) =>
        places.includes(given)
          ? []
          : [mistake(source, ['threatLevels', index, 'except', position], `there is no door or area "${given}"`, `write ${choice(given, places)}`)],
      ),
    ),
    ...(file.threatLevels.length === 0 ? [] : siteNamedLikeArea(source, file)),
    ...unreached(source, file),
  ];
}

function alike(source: YamlSource, { threatLevels }: SiteFile, field: 'id' | 'severity'): Mistake[] {
  return threatLevels.flatMap((level, index) => {
    const first = threatLevels.findIndex((other) => other[field] === level[field]);
    if (first === index) return [];
    const where = `line ${source.position(['threatLevels', first, field]).line}`;
    const fix = field === 'id' ? 'give it an identifier of its own' : 'give it another: which of both holds must be clear';
    return [mistake(source, ['threatLevels', index, field], `${field} ${level[field]} is already used in ${where}`, fix)];
  });
}

/** A level is set for the site or an area, by its identifier. */
function siteNamedLikeArea(source: YamlSource, { site, areas }: SiteFile): Mistake[] {
  const index = areas.findIndex(({ id }) => id === site.id);
  return index === -1 ? [] : [mistake(source, ['areas', index, 'id'], `"${site.id}" is the identifier of the site`, 'give the area another one')];
}

/** Doors that a level passes over although nobody said so: their `commands` do not allow it. */
function unreached(source: YamlSource, { threatLevels, doors }: SiteFile): Mistake[] {
  return doors.flatMap((door, index) =>
    threatLevels.flatMap(({ id, doors: command, except }) => {
      if (command === undefined || door.commands.includes(command) || except.includes(door.id)) return [];
      if (command === 'lock' && door.escapeRoute) return [];
      return [
        mistake(
          source,
          ['doors', index],
          `threat level "${id}" does not ${command} door "${door.id}", whose commands do not include "${command}"`,
          `add "${command}" to its commands, or the door to the level's "except"`,
          { key: 'commands', severity: 'warning' },
        ),
      ];
    }),
  );
}
