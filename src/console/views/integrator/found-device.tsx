import { useState } from 'react';
import { deviceTestSchema } from '../../../desk/integrator-schemas.ts';
import type { DeviceTest, Discovery } from '../../../desk/integrator-schemas.ts';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';
import { TestResult } from './test-result.tsx';

/** A thread for the adapter and one for the video are started for it, besides what a test of the site's devices needs. */
const TEST_DEADLINE_MS = 90_000;

/** What was typed in, for the devices that are asked. It leaves this page by the bodies of requests to the gateway alone. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

interface FoundDeviceProps {
  readonly device: Discovery['devices'][number];
  /** The account as it stands in the form now. */
  readonly account: () => Account | undefined;
}

/** A device that was found, and a test of it before it is in the site. */
export function FoundDevice({ device: { adapter, id, name, remark, known }, account }: FoundDeviceProps) {
  const [test, setTest] = useState<RestAnswer<DeviceTest> | 'running'>();
  const run = async () => {
    const given = account();
    setTest('running');
    const body = { adapter, id, ...(given !== undefined && { account: given }) };
    setTest(await rest(deviceTestSchema, '/discover/test', { body, deadlineMs: TEST_DEADLINE_MS }));
  };
  return (
    <li data-testid="discovered-device" data-device={id}>
      <div className="found-head">
        <div>
          <strong>{name}</strong> <span className="quiet">{adapter}</span>
          {known && <span className="quiet"> · the site has a device of that identifier</span>}
          {remark !== undefined && <span className="remark">{remark}</span>}
        </div>
        <button type="button" data-testid={`test-found-${id}`} aria-label={`Test ${name}`} disabled={test === 'running'} onClick={() => void run()}>
          {test === 'running' ? 'Testing …' : 'Test'}
        </button>
      </div>
      {test !== undefined && <TestResult test={test} />}
    </li>
  );
}
