import type { DeviceSupervisor } from '../adapter/supervisor.ts';
import type { AccountingFigures, Diagnosis } from '../desk/integrator-schemas.ts';
import { deviceState } from '../desk/site-view.ts';
import type { Accounting } from '../correlation/accounting.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { IntakeCounts } from '../intake/intake.ts';
import type { LatestEvents } from './latest-events.ts';

/** Everything that is known about a device and what it serves. */
export function diagnose(supervisor: DeviceSupervisor, site: Site, latest: LatestEvents): Diagnosis {
  const { device, link, malformed } = supervisor;
  const report = latest.reportOf(device.id);
  const served = pointsOf(site).filter((point) => point.device === device.id);
  const states = (id: string) => latest.of(id).map(({ kind, phase, receivedAt }) => ({ kind, phase, at: receivedAt }));
  return {
    device: deviceState(supervisor),
    ...(link.state === 'offline' && { retryAt: link.retryAt }),
    ...(report !== undefined && { lastReport: { at: report.receivedAt, kind: report.kind, point: report.point } }),
    points: [
      ...served.map(({ id, type, name, at }) => ({ id, type, name, at: JSON.stringify(at ?? {}), states: states(id) })),
      { id: device.id, type: 'device', name: device.name, at: '', states: states(device.id) },
    ],
    malformed: malformed.latest.toReversed(),
  };
}

/** What became of everything since the start. */
export function accountingFigures(
  signals: IntakeCounts,
  accounting: Accounting,
  supervisors: Iterable<Pick<DeviceSupervisor, 'malformed'>>,
): AccountingFigures {
  const { taken, suppressed, failures } = accounting;
  return {
    signals: { ...signals },
    events: {
      taken,
      attached: accounting.count('attached'),
      waiting: accounting.count('waiting'),
      suppressed: accounting.count('suppressed'),
      informational: accounting.count('informational'),
    },
    suppressedBy: [...suppressed].map(([rule, events]) => ({ rule, events })),
    ruleFailures: [...failures].map(([rule, count]) => ({ rule, failures: count })),
    malformed: [...supervisors].reduce((sum, { malformed }) => sum + malformed.count, 0),
  };
}
