/** What a panel says, in both of its languages: SIA DC-03/DC-04 (area 1) and Contact ID (SIA DC-05, partition 1). */
export interface Wording {
  sia(number: number): string;
  contactId(number: number): string;
}

const three = (value: number) => String(value).padStart(3, '0');

function aboutZone(code: string, qualifier: 1 | 3, event: string): Wording {
  return { sia: (zone) => `Nri1/${code}${three(zone)}`, contactId: (zone) => `${qualifier}${event} 01 ${three(zone)}` };
}

function aboutSystem(code: string, qualifier: 1 | 3, event: string): Wording {
  return { sia: () => `N${code}`, contactId: () => `${qualifier}${event} 00 000` };
}

export const wordings = {
  burglary: aboutZone('BA', 1, '130'),
  burglaryRestored: aboutZone('BR', 3, '130'),
  panic: aboutZone('PA', 1, '120'),
  panicRestored: aboutZone('PR', 3, '120'),
  tamper: aboutZone('TA', 1, '144'),
  tamperRestored: aboutZone('TR', 3, '144'),
  // DC-05: a closing has the qualifier 3, an opening 1; the number is the user's.
  armed: aboutZone('CL', 3, '401'),
  disarmed: aboutZone('OP', 1, '401'),
  test: aboutSystem('RP', 1, '602'),
  powerFailed: aboutSystem('AT', 1, '301'),
  powerRestored: aboutSystem('AR', 3, '301'),
} as const satisfies Record<string, Wording>;
