import type { Report } from './dc09.ts';
import { checkDigit } from './plain.ts';
import type { Quirks } from './quirks.ts';

const text = 'Front door';

/** What stands inside the first brackets of a report (5.5.1.7), as panels with these quirks write it. */
export function dataOf({ token, content }: Report, account: string, quirks: Quirks): string {
  if (token === 'NULL') return quirks.linkTest === 'zeros' ? '#0000|0000 00 000' : '';
  const prefix = { 'with-hash': `#${account}|`, bare: `${account}|`, absent: '|' }[quirks.accountInData];
  return prefix + (token === 'ADM-CID' ? contactId(content, account, quirks) : sia(content, quirks));
}

function sia(content: string, { text: form, modifiers }: Quirks): string {
  const modified = modifiers === 'several' ? content.replace(/^N/, 'Nti19:44/pi1/') : content;
  return modified + { none: '', carets: `^${text}^`, block: `|A${text}` }[form];
}

/** DC-05 in one run: message type 18, `QXYZ GG CCC`, check digit. */
function contactId(content: string, account: string, { contactId: form }: Quirks): string {
  if (form === 'spaced') return content;
  const message = `18${content.replaceAll(' ', '')}`;
  return message + checkDigit(account, message);
}
