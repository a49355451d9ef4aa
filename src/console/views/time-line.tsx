import { useEffect, useRef } from 'react';
import type { Incident } from '../../domain/incident.ts';
import { useNames } from '../desk-context.ts';
import { clockTime } from '../time.ts';
import { AlarmPicture } from '../video/alarm-picture.tsx';
import { roleWords } from '../words.ts';
import { EvidencePicture } from './evidence-picture.tsx';

/** The evidence and what people did, in the order in which it happened; it stays scrolled to the latest. */
export function TimeLine({ incident }: { readonly incident: Incident }) {
  const names = useNames();
  const lines = linesOf(incident);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines.length]);
  return (
    <section className="card time-line" aria-labelledby="time-line">
      <h2 id="time-line">What happened</h2>
      <div className="scroll" ref={list} role="region" aria-label="Time line" tabIndex={0}>
        <ol>
          {lines.map(({ key, at, sign, text, remark, kind, picture, camera }) => (
            <li key={key} className={kind} data-testid={`time-line-${kind}`}>
              <time>{clockTime(at)}</time>
              <span className="sign" aria-hidden="true">
                {sign}
              </span>
              <span>
                {text} <span className="quiet">{remark}</span>
                {picture !== undefined && <EvidencePicture path={picture} text={text} />}
                {camera !== undefined && <AlarmPicture incident={incident.id} camera={camera} name={names.point(camera)} />}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

interface Line {
  readonly key: string;
  readonly at: number;
  readonly sign: string;
  readonly text: string;
  readonly remark: string;
  readonly kind: 'evidence' | 'step';
  /** Where the gateway serves the picture that came with it. */
  readonly picture?: string;
  /** Whose picture of this moment the gateway keeps. */
  readonly camera?: string;
}

const roleSigns = { lead: '◆', support: '▲', repeat: '◇', restore: '✓' } as const;

function linesOf({ id, evidence, log, cameras }: Incident): readonly Line[] {
  const [camera] = cameras;
  const alarm = evidence.find(({ role }) => role === 'lead');
  const events = evidence.map((piece): Line => {
    const { event, rule, at, role, text, picture } = piece;
    return {
      key: `${event} ${rule} ${role}`,
      at,
      sign: roleSigns[role],
      text,
      remark: roleWords[role],
      kind: 'evidence',
      ...(piece === alarm && picture === undefined && camera !== undefined && { camera }),
      ...(picture && { picture: `/api/v1/incidents/${encodeURIComponent(id)}/evidence/${encodeURIComponent(event)}/picture` }),
    };
  });
  const steps = log.map(({ at, by, what, note }, index): Line => ({
    key: `step ${index}`,
    at,
    sign: '●',
    text: `${by}: ${what}`,
    remark: note === undefined ? '' : `“${note}”`,
    kind: 'step',
  }));
  return [...events, ...steps].sort((a, b) => a.at - b.at);
}
