import { childOf, escapeXml, parseXml, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

const namespaces = {
  s: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://www.w3.org/2005/08/addressing',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  wstop: 'http://docs.oasis-open.org/wsn/t-1',
  'wsrf-bf': 'http://docs.oasis-open.org/wsrf/bf-2',
  'wsrf-rw': 'http://docs.oasis-open.org/wsrf/rw-2',
  ter: 'http://www.onvif.org/ver10/error',
  tt: 'http://www.onvif.org/ver10/schema',
  tns1: 'http://www.onvif.org/ver10/topics',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tev: 'http://www.onvif.org/ver10/events/wsdl',
  tr2: 'http://www.onvif.org/ver20/media/wsdl',
  tptz: 'http://www.onvif.org/ver20/ptz/wsdl',
  trc: 'http://www.onvif.org/ver10/recording/wsdl',
  tse: 'http://www.onvif.org/ver10/search/wsdl',
  trp: 'http://www.onvif.org/ver10/replay/wsdl',
  tdc: 'http://www.onvif.org/ver10/doorcontrol/wsdl',
  tac: 'http://www.onvif.org/ver10/accesscontrol/wsdl',
  pt: 'http://www.onvif.org/ver10/pacs',
} as const;

const declarations = Object.entries(namespaces)
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(' ');

/** A SOAP request: what is asked and by whom. */
export interface SoapRequest {
  readonly operation: string;
  readonly body: XmlElement;
  readonly security: XmlElement | undefined;
  /** wsa:MessageID, to which the answer relates. */
  readonly messageId: string;
}

/** An answer that is a SOAP fault, with the HTTP status that carries it. */
export class SoapFault extends Error {
  readonly status: number;
  readonly code: 'Sender' | 'Receiver';
  readonly subcodes: readonly string[];

  /** @param subcodes qualified names, the outer one first (ONVIF Core clause 5.8.2). */
  constructor(status: number, code: 'Sender' | 'Receiver', subcodes: readonly string[], reason: string) {
    super(reason);
    this.status = status;
    this.code = code;
    this.subcodes = subcodes;
  }
}

export const faults = {
  notAuthorized: (status: 400 | 401) => new SoapFault(status, 'Sender', ['ter:NotAuthorized'], 'Sender not authorized'),
  wellFormed: () => new SoapFault(400, 'Sender', ['ter:WellFormed'], 'The request is not well-formed XML'),
  notSupported: (operation: string) => new SoapFault(500, 'Receiver', ['ter:ActionNotSupported'], `${operation} is not supported`),
  invalidArgument: (detail: string, reason: string) => new SoapFault(400, 'Sender', ['ter:InvalidArgVal', detail], reason),
  resourceUnknown: () => new SoapFault(500, 'Receiver', ['wsrf-rw:ResourceUnknownFault'], 'There is no such subscription'),
  subscribeFailed: (reason: string) => new SoapFault(500, 'Receiver', ['wsnt:SubscribeCreationFailedFault'], reason),
  unacceptableTermination: () => new SoapFault(400, 'Sender', ['wsnt:UnacceptableTerminationTimeFault'], 'The termination time is unacceptable'),
};

/** @throws SoapFault when it is no SOAP envelope. */
export function parseRequest(text: string): SoapRequest {
  let envelope: XmlElement;
  try {
    envelope = parseXml(text);
  } catch {
    throw faults.wellFormed();
  }
  const body = childOf(envelope, 'Body')?.children[0];
  if (envelope.name !== 'Envelope' || body === undefined) throw faults.wellFormed();
  const header = childOf(envelope, 'Header');
  return { operation: body.name, body, security: childOf(header, 'Security'), messageId: textOf(childOf(header, 'MessageID')) };
}

/** Wraps an answer's body element; `action` is its WS-Addressing action, which the event service gives. */
export function envelope(body: string, action?: string, relatesTo = ''): string {
  const relation = relatesTo === '' ? '' : `<wsa:RelatesTo>${escapeXml(relatesTo)}</wsa:RelatesTo>`;
  const header = action === undefined ? '' : `<s:Header><wsa:Action>${action}</wsa:Action>${relation}</s:Header>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope ${declarations}>${header}<s:Body>${body}</s:Body></s:Envelope>`;
}

/** The same text with the namespace declared again on every element inside the envelope's own. */
export function repeatNamespaces(text: string): string {
  return text.replace(/<([a-z][\w-]*):(?!Envelope)(\w+)/g, (whole, prefix: string) => {
    const uri = namespaces[prefix as keyof typeof namespaces] as string | undefined;
    return uri === undefined ? whole : `${whole} xmlns:${prefix}="${uri}"`;
  });
}

/** A fault's envelope (SOAP 1.2 part 1 clause 5.4). */
export function faultEnvelope(fault: SoapFault): string {
  const subcode = fault.subcodes.reduceRight((inner, value) => `<s:Subcode><s:Value>${value}</s:Value>${inner}</s:Subcode>`, '');
  const code = `<s:Code><s:Value>s:${fault.code}</s:Value>${subcode}</s:Code>`;
  return envelope(`<s:Fault>${code}<s:Reason><s:Text xml:lang="en">${escapeXml(fault.message)}</s:Text></s:Reason></s:Fault>`);
}
