import type { XmlElement } from './xml.ts';

/** What an operation may want to know of the HTTP request besides its body. */
export interface CallContext {
  /** Aborts when the client hangs up. */
  readonly gone: AbortSignal;
  /** For a subscription's own address: its name. */
  readonly subscription: string;
}

/** A service: by the request element's name, the answer's body element. May throw a SoapFault. */
export type Operations = Readonly<Partial<Record<string, (request: XmlElement, context: CallContext) => string | Promise<string>>>>;
