import { escalationMessagesSchema } from '../../../desk/escalation-schemas.ts';
import { useDesk } from '../../desk-context.ts';
import { clockTime, day } from '../../time.ts';
import { isFailing, outcomeOf } from '../escalation.tsx';
import { useAnswer } from './use-answer.ts';

const LOOK_AGAIN_MS = 2000;

/** The outbox: what was sent to the chain of command, the latest first, and what became of it. */
export function MessagesSection() {
  const { view } = useDesk();
  const { answer } = useAnswer(escalationMessagesSchema, '/escalation/messages', LOOK_AGAIN_MS);
  const messages = answer?.ok === true ? answer.value.messages : [];
  return (
    <div className="site-events">
      <p className="quiet">
        {view.hello?.site.escalates === true
          ? 'Messages to the chain of command, the latest first; new ones come by themselves.'
          : 'The site file has no `escalation`: nobody is told when an incident is not acknowledged.'}
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Messages" data-testid="messages">
        {answer?.ok === false && <p className="error">{answer.message}</p>}
        {answer?.ok === true && messages.length === 0 && <p className="quiet">Nobody had to be told yet.</p>}
        <ul className="messages">
          {messages.map((message) => (
            <li key={message.id} className={isFailing(message) ? 'late' : ''} data-state={message.state}>
              <time title={day(message.createdAt)}>{clockTime(message.createdAt)}</time>
              <span>{message.incident}</span>
              <strong>{message.contact}</strong>
              <span>{outcomeOf(message)}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
