import { useDesk, useNames } from '../desk-context.ts';
import { summaryOf } from '../threat-plan.ts';
import { threatScope } from '../words.ts';

/** The threat level in force: quiet while it is normal, unmistakable by sign, words and colour while it is not. */
export function ThreatButton({ onOpen }: { readonly onOpen: () => void }) {
  const { view } = useDesk();
  const names = useNames();
  const site = view.hello?.site;
  if (site?.threatLevels === undefined) return null;
  const summary = summaryOf(site.threatLevels, view.threats);
  const { level, scope, more = 0, notDone = 0 } = summary ?? {};
  return (
    <>
      <span className="heard" role="status">
        {level === undefined ? '' : `Threat level ${level.title}, ${threatScope(scope ?? '', site, names)}`}
      </span>
      <button
        type="button"
        className="threat"
        data-testid="threat"
        data-level={level?.id ?? (notDone > 0 ? 'restoring' : 'normal')}
        title="Threat levels: set, restore, and what became of the doors"
        onClick={onOpen}
      >
        {level === undefined ? (
          <span>Threat level normal</span>
        ) : (
          <strong>
            <span aria-hidden="true">{level.sign}</span> {level.title}: {threatScope(scope ?? '', site, names)}
            {more > 0 && ` and ${more} more`}
          </strong>
        )}
        {notDone > 0 && (
          <span className="not-done">
            {' '}
            ▲ {notDone} {notDone === 1 ? 'door' : 'doors'} not done
          </span>
        )}{' '}
        <kbd>!</kbd>
      </button>
    </>
  );
}
