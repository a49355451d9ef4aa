import { useEffect, useRef } from 'react';
import type { Incident } from '../../domain/incident.ts';
import { clockTime } from '../time.ts';
import { roleWords } from '../words.ts';
import { EvidencePicture } from './evidence-picture.tsx';

/** The evidence and what people did, in the order in which it happened; it stays scrolled to the latest. */
export function TimeLine({ incident }: { readonly incident: Incident }) {
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
          {lines.map(({ key, at, sign, text, remark, kind, picture }) => (
            <li key={key} className={kind} data-testid={`time-line-${kind}`}>
              <time>{clockTime(at)}</time>
              <span className="sign" aria-hidden="true">
                {sign}
              </span>
              <span>
                {text} <span className="quiet">{remark}</span>
                {picture !== undefined && <EvidencePicture path={picture} text={text} />}
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
}

const roleSigns = { lead: '◆', support: '▲', repeat: '◇', restore: '✓' } as const;

function linesOf({ id, evidence, log }: Incident): readonly Line[] {
  const events = evidence.map(({ event, rule, at, role, text, picture }): Line => ({
    key: `${event} ${rule} ${role}`,
    at,
    sign: roleSigns[role],
    text,
    remark: roleWords[role],
    kind: 'evidence',
    ...(picture && { picture: `/api/v1/incidents/${encodeURIComponent(id)}/evidence/${encodeURIComponent(event)}/picture` }),
  }));
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
