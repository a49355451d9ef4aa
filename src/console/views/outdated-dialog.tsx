import { Dialog } from './dialog.tsx';

/** The gateway was updated: this page no longer understands it. */
export function OutdatedDialog() {
  return (
    <Dialog title="This console is out of date" testId="outdated-dialog" onClose={() => location.reload()}>
      <p>The gateway was updated and speaks a newer language than this page. What is on the screen no longer changes.</p>
      <div className="buttons">
        <button type="button" className="primary" autoFocus onClick={() => location.reload()}>
          Reload the console
        </button>
      </div>
    </Dialog>
  );
}
