import { MalformedReply, SoapFault } from './errors.ts';
import { child, childrenOf, parseXml } from './xml.ts';
import type { Element } from './xml.ts';

/**
 * The content of a reply's body: `GetProfilesResponse`, `PullMessagesResponse`, ...
 * The HTTP status decides nothing where there is an envelope: some cameras send faults with 200, and NotAuthorized with 400 or 500.
 * @throws SoapFault when the camera refused; MalformedReply when the text is no SOAP reply.
 */
export function readReply(httpStatus: number, text: string): Element {
  if (httpStatus >= 400 && !/<(?:[\w.-]+:)?Envelope[\s>]/.test(text))
    throw new SoapFault([], `HTTP status ${httpStatus} without a SOAP reply`, httpStatus);
  const envelope = parseXml(text);
  const body = child(envelope, 'Body');
  if (envelope.name !== 'Envelope' || body === undefined) throw new MalformedReply('the reply is XML but no SOAP envelope', text);
  const [content] = body.children;
  if (content === undefined) throw new MalformedReply('the body of the reply is empty', text);
  if (content.name === 'Fault') throw faultOf(content, httpStatus);
  if (httpStatus >= 400) throw new SoapFault([], `HTTP status ${httpStatus} with ${content.name}`, httpStatus);
  return content;
}

function faultOf(fault: Element, httpStatus: number): SoapFault {
  const codes: string[] = [];
  // SOAP 1.2 nests Code/Subcode/Subcode; SOAP 1.1, which some cameras fall back to, has faultcode and faultstring.
  for (let code = child(fault, 'Code'); code !== undefined; code = child(code, 'Subcode')) codes.push(localName(child(code, 'Value')?.text ?? ''));
  const old = child(fault, 'faultcode');
  if (codes.length === 0 && old !== undefined) codes.push(localName(old.text));
  // gSOAP writes `Text`, others put the words into `Reason` itself.
  const reason = child(fault, 'Reason', 'Text')?.text ?? child(fault, 'Reason')?.text ?? child(fault, 'faultstring')?.text ?? '';
  const detail = childrenOf(fault, 'Detail').map(allText).join(' ').trim();
  return new SoapFault(
    codes.filter((each) => each !== ''),
    [reason, detail]
      .filter((each) => each !== '')
      .join('; ')
      .slice(0, 300),
    httpStatus,
  );
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1).trim();
}

function allText(element: Element): string {
  return [element.text, ...element.children.map(allText)].filter((each) => each !== '').join(' ');
}
