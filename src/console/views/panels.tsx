import type { PanelState, PartitionState, ZoneState } from '../../domain/panel.ts';
import { useDesk } from '../desk-context.ts';
import type { Names } from '../names.ts';
import { namesOf } from '../names.ts';
import { Age } from './age.tsx';
import { Rows } from './rows.tsx';

/** Every alarm panel: what is armed, and the zones that are not as they should be. Absent on a site without panels. */
export function Panels() {
  const { view } = useDesk();
  const names = namesOf(view.hello?.site);
  const panels = [...view.panels.values()].sort(
    (a, b) => Number(inOrder(a)) - Number(inOrder(b)) || names.point(a.panel).localeCompare(names.point(b.panel)),
  );
  if (panels.length === 0) return null;
  return (
    <section className="panel panels">
      <h2>
        Alarm panels <span className="count">{panels.length}</span>
      </h2>
      <Rows label="Alarm panels" rowRem={3} rows={panels.map((state) => ({ key: state.panel, content: <PanelRow state={state} names={names} /> }))} />
    </section>
  );
}

function PanelRow({ state, names }: { readonly state: PanelState; readonly names: Names }) {
  const { partitions, zones } = state;
  const latest = Math.max(0, ...partitions.map(({ since }) => since));
  const odd = zones.filter(({ condition }) => condition !== 'normal');
  const alarm = odd.some(({ condition }) => condition === 'alarm');
  return (
    <div className="door-row" data-trouble={alarm} data-testid={`panel-state-${state.panel}`}>
      <span className="name">{names.point(state.panel)}</span>
      {latest > 0 && <Age since={latest} />}
      <span className="door-words" title={[...partitions.map(partitionWords), ...odd.map((zone) => zoneWords(zone, names))].join('\n')}>
        <span>{armedWords(partitions)}</span>
        {odd.map((zone) => (
          <span className={zone.condition === 'alarm' ? 'trouble' : 'zone-off'} key={zone.zone}>
            {signs[zone.condition]} {zoneWords(zone, names)}
          </span>
        ))}
        {odd.length === 0 && zones.length > 0 && <span>{zones.length} zones normal</span>}
      </span>
    </div>
  );
}

const signs = { alarm: '▲', trouble: '△', bypassed: '⊘', open: '◇', normal: '' } as const;

function inOrder({ zones, standing }: PanelState): boolean {
  // Zones open and close all day.
  return standing.length === 0 && zones.every(({ condition }) => condition === 'normal' || condition === 'open');
}

function armedWords(partitions: readonly PartitionState[]): string {
  if (partitions.length === 0) return 'Arming unknown';
  const armed = partitions.filter((partition) => partition.armed);
  if (armed.length === 0) return '○ Disarmed';
  if (armed.length === partitions.length) return '■ Armed';
  return `◧ Armed: ${armed.map(({ partition }) => partition).join(', ')}`;
}

function partitionWords({ partition, armed, user }: PartitionState): string {
  const what = partition === '' ? 'Panel' : `Partition ${partition}`;
  return `${what}: ${armed ? 'armed' : 'disarmed'}${user === undefined ? '' : ` by user ${user}`}`;
}

function zoneWords({ zone, condition }: ZoneState, names: Names): string {
  return `${names.point(zone)} ${condition}`;
}
