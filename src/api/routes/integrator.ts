import { z } from 'zod';
import type { DeviceSupervisor } from '../../adapter/supervisor.ts';
import {
  accountingSchema,
  deviceTestSchema,
  diagnosisSchema,
  discoverRequestSchema,
  discoverTestRequestSchema,
  discoverySchema,
  interfacesSchema,
  replayedSchema,
  replayRequestSchema,
  ruleTextsSchema,
  siteCheckSchema,
  siteFileTextSchema,
} from '../../desk/integrator-schemas.ts';
import type { AccountingFigures, DeviceTest } from '../../desk/integrator-schemas.ts';
import { Refusal } from '../../desk/operations.ts';
import type { PointId } from '../../domain/point.ts';
import type { Site } from '../../domain/site.ts';
import { pointsOf } from '../../domain/site.ts';
import { testDevice } from '../../integrator/device-test.ts';
import type { DeviceTestParts } from '../../integrator/device-test.ts';
import type { DeviceSearch } from '../../integrator/device-search.ts';
import type { FoundDeviceTests } from '../../integrator/found-device-test.ts';
import type { LatestEvents } from '../../integrator/latest-events.ts';
import { diagnose } from '../../integrator/diagnosis.ts';
import type { Replays } from '../../integrator/replay.ts';
import type { SiteText } from '../../integrator/site-text.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

export interface IntegratorSources extends Pick<DeviceTestParts, 'video' | 'clock'> {
  readonly site: Site;
  readonly latest: LatestEvents;
  readonly supervisors: ReadonlyMap<PointId, DeviceSupervisor>;
  readonly search: DeviceSearch;
  readonly foundTests: FoundDeviceTests;
  readonly siteText: SiteText;
  readonly replays: Replays;
  readonly accounting: () => AccountingFigures;
  readonly audit: (line: { by: string; text: string; point?: string }) => void;
}

const common = { tag: 'integrator', roles: ['integrator'] } as const;
const params = z.object({ id: z.string().describe('the device’s identifier in the site file') });

/** What integrators need to set a site up and to find out what is wrong with it. No other role may call any of it. */
export function integratorEndpoints(sources: IntegratorSources): Endpoint[] {
  const { supervisors, search, foundTests, siteText, replays, accounting, audit, site, latest } = sources;
  const tests = new Map<PointId, Promise<DeviceTest>>();
  const deviceOf = (id: string) => {
    const supervisor = supervisors.get(id);
    if (supervisor === undefined) throw new Refusal('unknown', `there is no device ${id}`);
    return supervisor;
  };
  const partsOf = (id: PointId): DeviceTestParts => ({
    ...sources,
    points: pointsOf(site).filter(({ device }) => device === id),
    reportOf: (device) => latest.reportOf(device),
  });
  return [
    endpoint({
      ...common,
      method: 'get',
      path: '/devices/{id}/diagnosis',
      summary: 'A device’s link, the points that it serves with their last states, and its latest malformed frames',
      params,
      answer: diagnosisSchema,
      handle: ({ params: { id } }) => diagnose(deviceOf(id), sources.site, sources.latest),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/devices/{id}/test',
      summary: 'Connect, read, one frame of video: tests a device, trying an offline one at once; every failed step says what to do',
      params,
      answer: deviceTestSchema,
      async handle({ params: { id }, principal }) {
        const supervisor = deviceOf(id);
        // Who asks while a test is under way gets the outcome of that one: a device is not tried twice at a time.
        const running = tests.get(id) ?? testDevice(supervisor, partsOf(id)).finally(() => tests.delete(id));
        tests.set(id, running);
        const outcome = await running;
        audit({ by: principal.name, point: id, text: `tested ${supervisor.device.name}: ${outcome.passed ? 'good' : 'not good'}` });
        return outcome;
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/interfaces',
      summary: 'The network interfaces of the gateway’s machine, and the adapters that can look for devices',
      answer: interfacesSchema,
      handle: () => search.possibilities(),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/discover',
      summary: 'Look for devices in the network of one interface; answers with what to paste into a site file. One search at a time',
      body: discoverRequestSchema,
      answer: discoverySchema,
      async handle({ body, principal }) {
        audit({ by: principal.name, text: `looks for devices at ${body.interface} (${body.adapters.join(', ')})` });
        return search.search(body);
      },
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/discover/test',
      summary:
        'Connect, read, one frame of video: tests a device that the last search found, without a trace on it; the account is used for that alone',
      body: discoverTestRequestSchema,
      answer: deviceTestSchema,
      async handle({ body: { adapter, id, account }, principal }) {
        const found = search.found(adapter, id);
        const outcome = await foundTests.run(found, account);
        audit({ by: principal.name, text: `tested ${found.device.name}, found by ${adapter}: ${outcome.passed ? 'good' : 'not good'}` });
        return outcome;
      },
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/site/file',
      summary: 'The site file that the gateway was started with, without passwords',
      answer: siteFileTextSchema,
      handle: () => siteText.running(),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/site/check',
      summary: 'The mistakes that a text would have as the site file, each with its line, column and fix; nothing is written',
      body: z.strictObject({ text: z.string().max(2_000_000) }),
      answer: siteCheckSchema,
      handle: ({ body }) => siteText.check(body.text),
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/site/rules',
      summary: 'The rule files of the site as they are on disk now',
      answer: ruleTextsSchema,
      handle: () => ({ files: siteText.rules() }),
    }),
    endpoint({
      ...common,
      method: 'get',
      path: '/accounting',
      summary: 'What became of every signal and event since the gateway started',
      answer: accountingSchema,
      handle: () => accounting(),
    }),
    endpoint({
      ...common,
      method: 'post',
      path: '/replay',
      summary: 'How the incidents of a past time would have differed under the rules that are on disk now, or under these. One replay at a time',
      body: replayRequestSchema,
      answer: replayedSchema,
      handle: async ({ body: { from, to, rules } }) => ({ lines: await replays.run(from, to, rules) }),
    }),
  ];
}
