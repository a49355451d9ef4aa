/** Those of one group stand together, under its name. */
type Option = readonly [value: string, words: string, group?: string];

interface ChoiceProps {
  readonly label: string;
  readonly name: string;
  readonly options: readonly Option[];
  readonly initial?: string;
  readonly autoFocus?: boolean;
}

/** One of several, in a list that the keyboard opens. */
export function Choice({ label, name, options, initial, autoFocus = false }: ChoiceProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <select name={name} data-testid={name} defaultValue={initial} autoFocus={autoFocus}>
        {inGroups(options).map(([group, those]) =>
          group === undefined ? (
            those.map(optionOf)
          ) : (
            <optgroup key={group} label={group}>
              {those.map(optionOf)}
            </optgroup>
          ),
        )}
      </select>
    </label>
  );
}

function optionOf([value, words]: Option) {
  return (
    <option key={value} value={value}>
      {words}
    </option>
  );
}

function inGroups(options: readonly Option[]): readonly (readonly [group: string | undefined, those: readonly Option[]])[] {
  const groups: [string | undefined, Option[]][] = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last !== undefined && last[0] === option[2]) last[1].push(option);
    else groups.push([option[2], [option]]);
  }
  return groups;
}

const spans: readonly (readonly [minutes: number, words: string])[] = [
  [5, '5 minutes'],
  [15, '15 minutes'],
  [30, '30 minutes'],
  [60, '1 hour'],
  [120, '2 hours'],
  [240, '4 hours'],
  [480, '8 hours'],
  [720, '12 hours'],
  [1440, '1 day'],
  [10_080, '7 days'],
  [43_200, '30 days'],
];

/** How long something lasts; there is no "for ever". */
export function Minutes({
  most,
  initial = 30,
  label = 'For how long?',
}: {
  readonly most: number;
  readonly initial?: number;
  readonly label?: string;
}) {
  const options = spans.filter(([minutes]) => minutes <= most).map(([minutes, words]) => [String(minutes), words] as const);
  return <Choice label={label} name="minutes" options={options} initial={String(initial)} />;
}
