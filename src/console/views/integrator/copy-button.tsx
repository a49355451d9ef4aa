import { useState } from 'react';

/** Copies a text. Where the page is served without TLS from another machine, browsers forbid that: then the text is selected to be copied by hand. */
export function CopyButton({ text, textId }: { readonly text: string; readonly textId: string }) {
  const [outcome, setOutcome] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('Copied');
    } catch {
      const element = document.getElementById(textId);
      if (element !== null) getSelection()?.selectAllChildren(element);
      setOutcome('Selected: press Ctrl+C');
    }
  };
  return (
    <span className="copy">
      <button type="button" data-testid="copy" onClick={() => void copy()}>
        Copy
      </button>{' '}
      <span role="status">{outcome}</span>
    </span>
  );
}
