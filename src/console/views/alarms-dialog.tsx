import { useState } from 'react';
import type { MeasureRequest } from '../../desk/protocol.ts';
import type { Measure } from '../../domain/measure.ts';
import { useDesk, useNames, useParts } from '../desk-context.ts';
import type { Names } from '../names.ts';
import { shelvedIncidents } from '../store.ts';
import { clockTime, day } from '../time.ts';
import { measureWords } from '../words.ts';
import { closeAround, Dialog } from './dialog.tsx';
import { Choice, Minutes } from './fields.tsx';
import { FormDialog, textOf } from './form-dialog.tsx';
import { NoteField } from './note-field.tsx';

/** Everything that is not in the queue or is only a test, until when, and who decided so. */
export function AlarmsDialog({ onClose }: { readonly onClose: () => void }) {
  const { model } = useParts();
  const { view } = useDesk();
  const names = useNames();
  const [form, setForm] = useState<'out-of-service' | 'on-test'>();
  const [error, setError] = useState('');
  const { measures = [], suppressed = [] } = view.alarms ?? {};
  const shelved = shelvedIncidents(view.incidents);
  const end = async (measure: string) => {
    const answer = await model.connection.end(measure);
    setError(answer.ok ? '' : answer.message);
  };
  if (form !== undefined) return <BeginDialog key={form} type={form} onClose={() => setForm(undefined)} />;
  return (
    <Dialog title="Shelved, out of service, on test" testId="alarms-dialog" onClose={onClose}>
      <div className="scroll long" role="region" aria-label="Measures" tabIndex={0}>
        {measures.length + suppressed.length === 0 && <p className="quiet">Nothing. Every alarm comes to the queue.</p>}
        <ul className="measures">
          {measures.map((measure) => (
            <li key={measure.id} data-testid={`measure-${measure.id}`} data-type={measure.type}>
              <span className="tag">{measureWords[measure.type]}</span>
              <span>
                <strong>{about(measure, names)}</strong> until {day(measure.until)} {clockTime(measure.until)}
                <br />
                <span className="quiet">
                  {measure.by}: {measure.reason}
                </span>
              </span>
              <button type="button" data-testid={`end-${measure.id}`} onClick={() => void end(measure.id)}>
                End now
              </button>
            </li>
          ))}
          {suppressed.map(({ point, kind, reason }) => (
            <li key={`${point} ${kind ?? ''}`}>
              <span className="tag">By design</span>
              <span>
                <strong>
                  {names.point(point)}
                  {kind === undefined ? '' : `: ${kind}`}
                </strong>
                <br />
                <span className="quiet">{reason}</span>
              </span>
            </li>
          ))}
        </ul>
        {shelved.length > 0 && <h3>{shelved.length} open, but not in the queue</h3>}
        <ul className="plain">
          {shelved.map(({ id, title, condition, suppressed: why }) => (
            <li key={id}>
              <button
                type="button"
                data-testid={`shelved-${id}`}
                onClick={(event) => {
                  model.show(id);
                  closeAround(event.currentTarget);
                }}
              >
                {id} {title} · {condition === 'active' ? '◆ still active' : '✓ back to normal'}
                {why?.until === undefined ? '' : ` · until ${clockTime(why.until)}`}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <p className="error" role="alert">
        {error}
      </p>
      <div className="buttons">
        <button type="button" data-testid="begin-out-of-service" onClick={() => setForm('out-of-service')}>
          Take a point out of service
        </button>
        <button type="button" data-testid="begin-on-test" onClick={() => setForm('on-test')}>
          Put on test
        </button>
        <button type="button" className="primary" autoFocus onClick={(event) => closeAround(event.currentTarget)}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

const WHOLE_SITE = '*';
/** What there is to choose from, in this order; on test, a panel goes with its zones and a door with its readers. */
const groups: readonly (readonly [type: string, words: string, onTest?: string])[] = [
  ['device', 'Devices'],
  ['door', 'Doors', 'Doors, each with its readers'],
  ['reader', 'Readers'],
  ['camera', 'Cameras'],
  ['panel', 'Panels', 'Panels, each with its zones'],
  ['zone', 'Zones'],
];

function BeginDialog({ type, onClose }: { readonly type: 'out-of-service' | 'on-test'; readonly onClose: () => void }) {
  const { model } = useParts();
  const { site } = useDesk().view.hello ?? {};
  const isTest = type === 'on-test';
  const points = (site?.points ?? []).filter((point) => isTest || point.type !== 'device');
  const isDevice = (point: string) => points.some(({ id, type: what }) => id === point && what === 'device');
  const options = [
    ['', 'Choose'] as const,
    ...groups.flatMap(([of, words, onTest]) =>
      points.filter((point) => point.type === of).map(({ id, name }) => [id, name, isTest ? (onTest ?? words) : words] as const),
    ),
    ...(isTest ? [[WHOLE_SITE, `All of ${site?.name ?? 'the site'}`] as const] : []),
  ];
  const submit = (form: FormData) => {
    const [what, reason] = [textOf(form, 'what'), textOf(form, 'note')];
    if (what === '') return 'Choose what it is about.';
    if (reason === '') return 'Write a few words first.';
    const target: MeasureRequest['target'] =
      what === WHOLE_SITE ? { of: 'site' } : isDevice(what) ? { of: 'device', device: what } : { of: 'point', point: what };
    return model.connection.begin({ type, target, minutes: Number(textOf(form, 'minutes')), reason });
  };
  return (
    <FormDialog
      title={isTest ? 'Put on test: what comes from there is opened as a test' : 'Take out of service: only what is critical comes to the queue'}
      testId={`${type}-dialog`}
      submit={isTest ? 'Put on test' : 'Take out of service'}
      onSubmit={submit}
      onClose={onClose}
    >
      <Choice label={isTest ? 'What?' : 'Which point?'} name="what" options={options} autoFocus />
      <Minutes most={isTest ? 1440 : 43_200} initial={60} label={isTest ? 'For how long?' : 'When must somebody look at it again?'} />
      <NoteField label="Why?" />
    </FormDialog>
  );
}

function about({ target }: Measure, names: Names): string {
  switch (target.of) {
    case 'incident':
      return `Incident ${target.incident}`;
    case 'kind':
      return `${names.point(target.point)}: ${target.kind}`;
    case 'point':
      return names.point(target.point);
    case 'device':
      return names.point(target.device);
    case 'site':
      return 'The whole site';
  }
}
