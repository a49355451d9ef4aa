import type { Phase } from '../../src/domain/event.ts';

/** What the text of a data item says: a phase, nothing that concerns the kind, or undefined when it is not understood. */
export type Reading = (text: string) => Phase | 'nothing' | undefined;

/** xs:boolean, and the words that cameras write instead (Axis: 0 and 1; relays and inputs: active). Undefined for anything else. */
export function stateOf(value: string): boolean | undefined {
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1' || word === 'on' || word === 'active') return true;
  if (word === 'false' || word === '0' || word === 'off' || word === 'inactive') return false;
  return undefined;
}

/** A state that is written as a truth value. */
export const truth: Reading = (text) => {
  const state = stateOf(text);
  return state === undefined ? undefined : state ? 'raised' : 'restored';
};

/** The message itself is what happened; its data only tell more. */
export const happens: Reading = () => 'momentary';

/** One of some words. `NotSupported` stands in every enumeration of Door Control, 5.1, and says nothing. */
export function anyOf(values: Readonly<Record<string, Phase | 'nothing'>>): Reading {
  return (text) => (text === 'NotSupported' ? 'nothing' : values[text.trim()]);
}

/** A list of classes of objects, of which some are meant; an empty list says that nothing is seen (ONVIF Analytics, Object detection). */
export function classes(meant: (name: string) => boolean): Reading {
  return (text) =>
    text
      .split(/[\s,]+/)
      .filter((name) => name !== '')
      .some(meant)
      ? 'raised'
      : 'restored';
}
