import type { Priority } from '../../domain/incident.ts';
import { priorityWords } from '../words.ts';

// Each priority has a shape of its own, so that it is known without its colour.
const shapes: Readonly<Record<Priority, string>> = {
  1: '10,1 22,1 31,10 31,22 22,31 10,31 1,22 1,10',
  2: '16,0 32,16 16,32 0,16',
  3: '16,1 31,12 25,30 7,30 1,12',
  4: '8,3 24,3 32,16 24,29 8,29 0,16',
  5: '3,3 29,3 29,29 3,29',
};

/** A priority as number, shape and colour. */
export function PriorityBadge({ priority }: { readonly priority: Priority }) {
  return (
    <svg className={`badge p${priority}`} viewBox="0 0 32 32" role="img" aria-label={`Priority ${priority}, ${priorityWords[priority]}`}>
      <polygon points={shapes[priority]} />
      <text x="16" y="17" dominantBaseline="middle" textAnchor="middle" aria-hidden="true">
        {priority}
      </text>
    </svg>
  );
}
