import { useEffect, useRef, useState } from 'react';
import { siteCheckSchema, siteFileTextSchema } from '../../../desk/integrator-schemas.ts';
import type { SiteCheck } from '../../../desk/integrator-schemas.ts';
import { rest } from '../../rest.ts';
import type { RestAnswer } from '../../rest.ts';

const AFTER_TYPING_MS = 400;

interface CheckSectionProps {
  readonly draft: string | undefined;
  readonly onDraft: (text: string) => void;
}

/** A site file under a magnifying glass: its mistakes while one types. Nothing is written anywhere. */
export function CheckSection({ draft, onDraft }: CheckSectionProps) {
  const [notice, setNotice] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const check = useCheck(draft);
  const load = async () => {
    const file = await rest(siteFileTextSchema, '/site/file');
    if (!file.ok) {
      setNotice(file.message);
      return;
    }
    onDraft(file.value.text);
    const changed = file.value.changed ? ' The file on the disk has changed since: restart the gateway to run by it.' : '';
    setNotice(`${file.value.name}, as the gateway was started with.${changed}`);
  };
  const goTo = (line: number, column: number) => {
    const field = area.current;
    if (field === null) return;
    const before = field.value.split('\n').slice(0, line - 1);
    const position = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
    field.focus();
    field.setSelectionRange(position, position);
    // A text area does not scroll to its cursor by itself.
    field.scrollTop = (field.scrollHeight / Math.max(1, field.value.split('\n').length)) * Math.max(0, line - 6);
  };
  return (
    <div className="site-columns wide-left">
      <section className="panel check-text" aria-label="Site file">
        <div className="site-row">
          <button type="button" data-testid="load-site" onClick={() => void load()}>
            Load what the gateway runs
          </button>
          <span className="quiet" role="status">
            {notice === '' ? 'or paste a site file. Nothing is written.' : notice}
          </span>
        </div>
        <textarea
          ref={area}
          aria-label="Text of the site file"
          data-testid="site-text"
          value={draft ?? ''}
          onChange={(event) => onDraft(event.currentTarget.value)}
          spellCheck={false}
          wrap="off"
          autoFocus
        />
      </section>
      <section className="panel" aria-label="Mistakes" data-testid="check-result">
        <h2 role="status" data-testid="check-summary">
          {summaryOf(check)}
        </h2>
        <ul className="scroll mistakes" tabIndex={-1}>
          {check?.ok === true &&
            check.value.mistakes.map(({ file, line, column, message, fix, severity }, index) => (
              <li key={`${file} ${line} ${column} ${index}`}>
                <button type="button" className={severity} data-testid="mistake" onClick={() => goTo(line, column)}>
                  <span className="quiet">
                    {severity === 'warning' ? 'Warning, ' : ''}
                    {file}:{line}:{column}
                  </span>
                  <span>{message}</span>
                  <span className="advice">Fix: {fix}</span>
                </button>
              </li>
            ))}
        </ul>
      </section>
    </div>
  );
}

/** The mistakes of the text, a moment after it was typed; the last ones stay until the new ones are there. */
function useCheck(text: string | undefined): RestAnswer<SiteCheck> | undefined {
  const [check, setCheck] = useState<RestAnswer<SiteCheck>>();
  useEffect(() => {
    if (text === undefined) return;
    let wanted = true;
    const timer = setTimeout(() => {
      void rest(siteCheckSchema, '/site/check', { body: { text } }).then((answer) => {
        if (wanted) setCheck(answer);
      });
    }, AFTER_TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text]);
  return check;
}

function summaryOf(check: RestAnswer<SiteCheck> | undefined): string {
  if (check === undefined) return 'Nothing to check yet';
  if (!check.ok) return check.message;
  return `${check.value.good ? '✓' : '✕'} ${check.value.summary}`;
}
