import { XMLParser } from 'fast-xml-parser';
import { MalformedReply } from './errors.ts';

/** An element without its prefix, so that nothing depends on which prefixes a camera chose or how often it repeats their declarations. */
export interface Element {
  readonly name: string;
  readonly namespace: string;
  /** By local name; declarations of namespaces left out. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** The character data directly within it, trimmed. */
  readonly text: string;
}

/** Deeper than any ONVIF message by far; a bomb of brackets ends here. */
const MAX_DEPTH = 64;
const ATTRIBUTES = ':@';
const TEXT = '#text';

/** XML 1.0, 4.6. */
const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const names = Object.fromEntries(Object.entries(predefined).map(([name, character]) => [character, name]));

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
});

/**
 * Reads one XML document.
 * @throws MalformedReply for anything that is not a single well-formed element without a document type declaration.
 */
export function parseXml(text: string): Element {
  // A SOAP message must not contain one (SOAP 1.2 part 1, 5), and without one there are no entities to expand.
  if (/<!DOCTYPE/i.test(text)) throw new MalformedReply('the reply has a document type declaration', text);
  try {
    const [root, ...others] = elementsOf(parser.parse(text), new Map(), 0).filter(({ name }) => name !== '?xml');
    if (root === undefined || others.length > 0) throw new Error('not one root element');
    // The parser closes what is left open: a reply that was cut off would pass for a short one.
    const [, last] = /<\/(?:[\w.-]+:)?([\w.-]+)\s*>\s*$/.exec(text) ?? [];
    if (last !== root.name) throw new Error(`cut off before the end of ${root.name}`);
    return root;
  } catch (cause) {
    throw new MalformedReply(`the reply is not well-formed XML (${cause instanceof Error ? cause.message : String(cause)})`, text, cause);
  }
}

/** The first child of that name. */
export function child(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  let at = element;
  for (const name of path) at = at?.children.find((each) => each.name === name);
  return at;
}

/** All children of that name. */
export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((each) => each.name === name) ?? [];
}

/** The text of a descendant by its path; undefined when it is absent or empty. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | undefined {
  const text = child(element, ...path)?.text;
  return text === '' ? undefined : text;
}

/** Makes text fit for an element or a quoted attribute, by names: some parsers in cameras do not know the numbers. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${names[character] ?? ''};`);
}

type Scope = ReadonlyMap<string, string>;

function elementsOf(nodes: unknown, scope: Scope, depth: number): Element[] {
  if (depth > MAX_DEPTH) throw new Error('nested too deeply');
  if (!Array.isArray(nodes)) throw new Error('no element');
  return nodes.filter(isRecord).flatMap((node) => {
    const qualified = Object.keys(node).find((key) => key !== ATTRIBUTES && key !== TEXT);
    return qualified === undefined ? [] : [elementOf(qualified, node, scope, depth)];
  });
}

function elementOf(qualified: string, node: Record<string, unknown>, outer: Scope, depth: number): Element {
  const given = Object.entries(isRecord(node[ATTRIBUTES]) ? node[ATTRIBUTES] : {}).map(([name, value]) => [name, decode(String(value))] as const);
  const declared = given.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  const scope = declared.length === 0 ? outer : new Map([...outer, ...declared.map(([name, uri]) => [name.slice('xmlns:'.length), uri] as const)]);
  const content = node[qualified];
  const [prefix, name] = split(qualified);
  return {
    name,
    namespace: scope.get(prefix) ?? '',
    attributes: new Map(given.filter((each) => !declared.includes(each)).map(([key, value]) => [split(key)[1], value])),
    children: elementsOf(content, scope, depth + 1),
    text: textOf(content),
  };
}

function split(qualified: string): [prefix: string, local: string] {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return '';
  return nodes
    .filter(isRecord)
    .map((node) => (typeof node[TEXT] === 'string' ? decode(node[TEXT]) : ''))
    .join('')
    .trim();
}

/** The five predefined entities and character references (XML 1.0, 4.1 and 4.6); anything else stays as it is. */
function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return predefined[name] ?? whole;
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
