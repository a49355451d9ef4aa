import { useState } from 'react';
import { useDesk } from '../desk-context.ts';
import { Dialog } from './dialog.tsx';
import { ThreatChoice } from './threat-choice.tsx';
import { ThreatConfirm } from './threat-confirm.tsx';
import { ThreatStatus } from './threat-status.tsx';

/** What somebody has chosen and not yet confirmed. */
export interface ThreatDraft {
  readonly level: string;
  readonly scope: string;
  readonly note: string;
}

/** Threat levels: what is in force and what became of each door; setting one in two steps, choose and confirm. */
export function ThreatDialog({ onClose }: { readonly onClose: () => void }) {
  const { threats, hello } = useDesk().view;
  const [step, setStep] = useState<'status' | 'choose' | 'confirm'>();
  const [draft, setDraft] = useState<ThreatDraft>();
  // Until somebody goes on: what matters now.
  const shown = step ?? (threats.inForce.length + threats.doors.length > 0 ? 'status' : 'choose');
  const level = hello?.site.threatLevels?.find(({ id }) => id === draft?.level);
  const title = shown === 'choose' ? 'Set a threat level' : shown === 'confirm' ? `Set ${level?.title ?? ''}?` : 'Threat level';
  return (
    <Dialog title={title} testId="threat-dialog" onClose={onClose} yields={shown === 'status'}>
      {shown === 'status' && <ThreatStatus onSet={() => setStep('choose')} />}
      {shown === 'choose' && (
        <ThreatChoice
          draft={draft}
          onChosen={(chosen) => {
            setDraft(chosen);
            setStep('confirm');
          }}
        />
      )}
      {shown === 'confirm' && draft !== undefined && level !== undefined && (
        <ThreatConfirm draft={draft} level={level} onBack={() => setStep('choose')} onSet={() => setStep('status')} />
      )}
    </Dialog>
  );
}
