import { useState } from 'react';
import { deviceTestSchema, diagnosisSchema } from '../../../desk/integrator-schemas.ts';
import type { DeviceTest, Diagnosis } from '../../../desk/integrator-schemas.ts';
import { clockTime, day } from '../../time.ts';
import { linkWords } from '../../words.ts';
import { Age } from '../age.tsx';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';
import { CameraHealth } from '../../video/camera-health.tsx';
import { TestResult } from './test-result.tsx';
import { useAnswer } from './use-answer.ts';

const LOOK_AGAIN_MS = 3000;
/** Connecting, reading and one frame of video have their own, shorter limits at the gateway. */
const TEST_DEADLINE_MS = 60_000;

/** One device: its link, a test of it, what it serves, and what could not be understood of it. */
export function DeviceDetail({ device }: { readonly device: string }) {
  const { answer, refresh } = useAnswer(diagnosisSchema, `/devices/${device}/diagnosis`, LOOK_AGAIN_MS);
  const [test, setTest] = useState<RestAnswer<DeviceTest> | 'running'>();
  const run = async () => {
    setTest('running');
    setTest(await rest(deviceTestSchema, `/devices/${device}/test`, { body: {}, deadlineMs: TEST_DEADLINE_MS }));
    refresh();
  };
  if (answer === undefined) return <p className="quiet">Asking the gateway …</p>;
  if (!answer.ok) return <p className="error">{answer.message}</p>;
  const { device: state, retryAt, lastReport } = answer.value;
  return (
    <section className="scroll device-detail" aria-label={state.name} tabIndex={0} data-testid="device-detail">
      <div className="device-head">
        <h2 className="big">{state.name}</h2>
        <button type="button" className="primary" data-testid="test-device" disabled={test === 'running'} onClick={() => void run()}>
          {test === 'running' ? 'Testing …' : 'Test: connect, read, one picture'}
        </button>
      </div>
      <dl className="facts-list">
        <dt>Link</dt>
        <dd data-testid="device-link">
          {linkWords[state.state].sign} {linkWords[state.state].name} since {day(state.since)}, {clockTime(state.since)} (<Age since={state.since} />)
        </dd>
        <dt>{state.state === 'online' ? 'It says' : 'Because'}</dt>
        <dd>
          {state.detail}
          {retryAt !== undefined && `; tried again at ${clockTime(retryAt)}`}
        </dd>
        <dt>Adapter</dt>
        <dd>{state.adapter}</dd>
        <dt>Last report</dt>
        <dd>{lastReport === undefined ? 'none in the journal' : `${lastReport.kind} at ${lastReport.point}, ${clockTime(lastReport.at)}`}</dd>
      </dl>
      <TestResult test={test} />
      <Points points={answer.value.points} />
      <Malformed count={state.malformed} frames={answer.value.malformed} />
    </section>
  );
}

function Points({ points }: Pick<Diagnosis, 'points'>) {
  return (
    <>
      <h2>Points it serves, and the last of each that was reported</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Point</th>
            <th scope="col">Address on the device</th>
            <th scope="col">Last states</th>
          </tr>
        </thead>
        <tbody>
          {points.map(({ id, type, name, at, states }) => (
            <tr key={id}>
              <th scope="row">
                {name} <span className="quiet">{type === 'device' ? 'the device itself' : `${type} ${id}`}</span>
              </th>
              <td>
                <code>{at}</code>
              </td>
              <td>
                {type === 'camera' && (
                  <span className="state-line">
                    <CameraHealth camera={id} />
                  </span>
                )}
                {states.length === 0 && <span className="quiet">nothing yet</span>}
                {states.map(({ kind, phase, at: when }) => (
                  <span className="state-line" key={kind}>
                    {kind} <strong>{phase}</strong> <span className="quiet">{clockTime(when)}</span>
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Malformed({ count, frames }: { readonly count: number; readonly frames: Diagnosis['malformed'] }) {
  return (
    <>
      <h2>Frames that could not be understood: {count}</h2>
      {frames.length > 0 && (
        <table data-testid="malformed">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Reason</th>
              <th scope="col">Bytes</th>
            </tr>
          </thead>
          <tbody>
            {frames.map(({ at, reason, frame }, index) => (
              <tr key={`${at} ${index}`}>
                <td>{clockTime(at)}</td>
                <td>{reason}</td>
                <td>
                  <code>{frame}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
