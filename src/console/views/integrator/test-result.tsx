import type { DeviceTest, TestStep } from '../../../desk/integrator-schemas.ts';
import { clockTime } from '../../time.ts';
import type { RestAnswer } from '../../rest.ts';

const signs: Readonly<Record<TestStep['result'], { readonly sign: string; readonly word: string }>> = {
  good: { sign: '✓', word: 'good' },
  bad: { sign: '✕', word: 'not good' },
  none: { sign: '–', word: 'nothing for or against it' },
};

/** What a test of a device found, step by step, with the pictures that it took. */
export function TestResult({ test }: { readonly test: RestAnswer<DeviceTest> | 'running' | undefined }) {
  return (
    <div className="test-result" role="status" data-testid="test-result" data-state={stateOf(test)}>
      {test === undefined && <p className="quiet">Not tested yet. A test of a device that is not online tries it at once.</p>}
      {test === 'running' && <p>Connecting, reading, taking a picture … an attempt may take 20 seconds.</p>}
      {typeof test === 'object' && !test.ok && <p className="error">{test.message}</p>}
      {typeof test === 'object' && test.ok && <Steps test={test.value} />}
    </div>
  );
}

function Steps({ test: { passed, at, steps, pictures } }: { readonly test: DeviceTest }) {
  return (
    <>
      <h2>
        {passed ? '✓ Good' : '✕ Not good'}, tested at {clockTime(at)}
      </h2>
      <ol>
        {steps.map(({ step, result, text, advice }) => (
          <li key={step} className={result}>
            <span className="sign" role="img" aria-label={signs[result].word}>
              {signs[result].sign}
            </span>
            <strong>{step}:</strong> {text}.{advice !== undefined && <span className="advice"> {advice}</span>}
          </li>
        ))}
      </ol>
      <div className="test-pictures">
        {pictures.map(({ camera, name, from, jpeg }) => (
          <figure key={camera}>
            <img src={`data:image/jpeg;base64,${jpeg}`} alt={`What ${name} sees`} data-testid={`test-picture-${camera}`} />
            <figcaption className="quiet">
              {name}: {from === 'video' ? 'latest key frame of its video' : 'single picture of the camera'}
            </figcaption>
          </figure>
        ))}
      </div>
    </>
  );
}

function stateOf(test: RestAnswer<DeviceTest> | 'running' | undefined): string {
  if (typeof test !== 'object') return test ?? 'none';
  return test.ok && test.value.passed ? 'good' : 'bad';
}
