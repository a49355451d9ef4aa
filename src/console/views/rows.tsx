import type { ReactNode } from 'react';

interface RowsProps {
  readonly label: string;
  /** Height of each row. */
  readonly rowRem: number;
  readonly rows: readonly { readonly key: string | number; readonly content: ReactNode }[];
  readonly className?: string;
  /** Shown when there are no rows. */
  readonly empty?: string;
}

/**
 * A list whose rows are placed by transforms: when one comes in at the top the others glide down,
 * and the page's layout, with whatever the dispatcher is about to hit, stays where it is.
 */
export function Rows({ label, rowRem, rows, className, empty }: RowsProps) {
  return (
    <div className={`rows ${className ?? ''}`} role="region" aria-label={label} tabIndex={0}>
      {rows.length === 0 && <p className="quiet">{empty}</p>}
      <ul style={{ height: `${rows.length * rowRem}rem` }}>
        {rows.map(({ key, content }, index) => (
          <li key={key} style={{ height: `${rowRem}rem`, transform: `translateY(${index * rowRem}rem)` }}>
            {content}
          </li>
        ))}
      </ul>
    </div>
  );
}
