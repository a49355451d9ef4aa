import type { ThreatLevel, ThreatSite } from '../../src/domain/threat.ts';

// A small site with threat levels that lock and unlock.

export function level(id: string, severity: number, over: Partial<ThreatLevel> = {}): ThreatLevel {
  const setBy = { roles: ['dispatcher', 'integrator'], accounts: [] } as const;
  return { id, title: id, sign: '▲', severity, except: [], afterwards: 'as-before', raisesPriorityBy: 0, setBy, ...over };
}

const commands = ['lock', 'unlock', 'access'] as const;
export const threatSite = {
  id: 'site',
  areas: [{ id: 'campus' }, { id: 'lobby', within: 'campus' }, { id: 'vault', within: 'lobby' }, { id: 'yard' }],
  doors: [
    { id: 'door-lobby', area: 'lobby', commands },
    { id: 'door-vault', area: 'vault', commands },
    { id: 'door-yard', area: 'yard', commands },
    { id: 'door-exit', area: 'lobby', commands, escapeRoute: true },
    { id: 'door-shown', area: 'lobby', commands: [] },
    { id: 'door-nowhere', commands },
  ],
  threatLevels: [
    level('elevated', 10),
    level('lockdown', 50, { doors: 'lock' }),
    level('search', 60, { doors: 'lock', except: ['vault', 'door-yard'] }),
    level('evacuation', 40, { doors: 'unlock', except: ['door-vault'] }),
  ],
} satisfies ThreatSite;
