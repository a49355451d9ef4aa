import { XMLParser } from 'fast-xml-parser';

/** An element without its namespace prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Partial<Record<string, string>>>;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
});

/** Parses a document to its root element. @throws Error when it is not XML. */
export function parseXml(text: string): XmlElement {
  const root = elements(parser.parse(text))[0];
  if (root === undefined) throw new Error('an XML document without an element');
  return root;
}

/** Brings the parser's ordered nodes (`{ name: children, ':@': attributes }`, `{ '#text': text }`) into our form. */
function elements(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Record<string, unknown>): XmlElement[] => {
    const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (name === undefined) return [];
    const inner = node[name];
    const text = Array.isArray(inner)
      ? inner.map((each: Record<string, unknown>) => (typeof each['#text'] === 'string' ? each['#text'] : '')).join('')
      : '';
    return [{ name, attributes: (node[':@'] ?? {}) as Record<string, string>, text: text.trim(), children: elements(inner) }];
  });
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** An element's text; empty without an element. */
export function textOf(element: XmlElement | undefined): string {
  return element?.text ?? '';
}

/** Text made safe for content and attributes. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Milliseconds of an xs:duration such as PT1M30S; years and months do not occur here. undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (parts === null || text.endsWith('P') || text.endsWith('T')) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number((part as string | undefined) ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
