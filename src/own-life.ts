import type { Logger } from 'pino';
import type { Observable } from 'rxjs';
import type { Clock } from './domain/clock.ts';
import { pause } from './domain/clock.ts';
import type { DeviceSignal } from './domain/event.ts';
import type { Site } from './domain/site.ts';
import { GATEWAY } from './incidents/life-cycle.ts';
import type { Intake } from './intake/intake.ts';
import { SignOfLife } from './store/sign-of-life.ts';
import type { Downtime } from './store/sign-of-life.ts';

const REPORT_AGAIN_MS = 1000;

export interface OwnLifeOptions {
  readonly dataFolder: string;
  readonly site: Pick<Site, 'id'>;
  readonly intake: Pick<Intake, 'report'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Comes every second. */
  readonly ticks: Observable<unknown>;
}

/** The gateway's own life. */
export interface OwnLife {
  /** This end is meant. Resolves when nothing is under way any more. */
  end(): Promise<void>;
}

/** Reports for how long no gateway ran before this one, because nobody saw then what happened at the site; and lets the next one know when this one ended. */
export function watchOwnLife({ dataFolder, site, intake, clock, log, ticks }: OwnLifeOptions): OwnLife {
  const ending = new AbortController();
  const sign = new SignOfLife(dataFolder, clock);
  let fails = false;
  const attempt = (action: () => void): void => {
    try {
      action();
      fails = false;
    } catch (error) {
      if (!fails) log.error({ err: error }, 'the gateway cannot leave a sign of life: after a restart its downtime will seem longer than it was');
      fails = true;
    }
  };
  const told = sign.downtime === undefined ? Promise.resolve() : tell(downtimeSignal(site.id, sign.downtime));
  attempt(() => sign.start());
  const beating = ticks.subscribe(() => attempt(() => sign.beat()));
  return {
    async end() {
      beating.unsubscribe();
      ending.abort(new Error('the gateway is stopping'));
      attempt(() => sign.stop());
      await told;
    },
  };

  /** Until the journal takes it. */
  async function tell(signal: DeviceSignal): Promise<void> {
    while (!ending.signal.aborted) {
      const taken = await intake.report(GATEWAY, signal).then(
        () => true,
        () => false,
      );
      if (taken) return;
      await pause(clock, REPORT_AGAIN_MS, ending.signal).catch(() => undefined);
    }
  }
}

function downtimeSignal(site: string, { from, to, stopped }: Downtime): DeviceSignal {
  return {
    kind: 'gateway.offline',
    point: site,
    phase: 'momentary',
    details: {
      offlineFrom: new Date(from).toISOString(),
      offlineTo: new Date(to).toISOString(),
      blindForSeconds: Math.round((to - from) / 1000),
      end: stopped ? 'stopped' : 'unexpected',
    },
  };
}
