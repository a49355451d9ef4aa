import { useEffect, useEffectEvent } from 'react';

/** Every key of the console, as the help shows them. */
export const keyHelp: readonly (readonly [keys: string, meaning: string])[] = [
  ['A', 'Acknowledge the incident in focus'],
  ['S', 'Start to work on it'],
  ['R', 'Resolve it'],
  ['C', 'Close it'],
  ['N', 'Write a note'],
  ['W', 'What to do next: the next step of the procedure'],
  ['.', 'More: what is needed less often'],
  ['H', 'Put it on hold'],
  ['Y', 'Take it over, or accept it'],
  ['D', 'Hand it over'],
  ['V', 'Alarm level (AVS)'],
  ['Z', 'Shelve it'],
  ['X', 'Merge it into another'],
  ['I', 'Split it'],
  ['E', 'Reopen it'],
  ['Q', 'Shelved, out of service, on test'],
  ['F', 'Figures'],
  ['!', 'Threat levels: set, restore'],
  ['J or ↓', 'Next incident in the queue'],
  ['K or ↑', 'Previous incident in the queue'],
  ['G', 'Go to the incident that waits'],
  ['B', 'Go back to the incident before'],
  ['O', 'Overview'],
  ['U, twice', 'Unlock the door'],
  ['T, twice', 'Let one person through the door'],
  ['L', 'Lock the door'],
  ['1 to 9', 'Another camera of the incident'],
  ['0', 'Steer the camera: arrow keys, + and −'],
  ['P', 'Pause or play the time before the alarm'],
  ['/', 'Export the pictures of the incident'],
  ['M', 'Mute or unmute the alarm sound'],
  [',', 'The site, for integrators; and back to the desk'],
  ['?', 'This help'],
  ['Esc', 'Close a dialog'],
];

/** Whether the dispatcher writes or has a dialog open that must not be disturbed. The help is not one. */
export function isTyping(): boolean {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement || active instanceof HTMLSelectElement || active instanceof HTMLTextAreaElement) return true;
  return document.querySelector('dialog[open]:not([data-yields])') !== null;
}

/** Calls the action of a key while nobody types. Letters are written in lower case. */
export function useKeys(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (isTyping() || document.querySelector('dialog[open]') !== null) return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}
