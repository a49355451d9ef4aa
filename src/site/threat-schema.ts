import { z } from 'zod';
import { roles } from '../domain/roles.ts';
import { afterwardsOfDoors, NORMAL_THREAT, threatDoorCommands } from '../domain/threat.ts';
import type { ThreatLevel } from '../domain/threat.ts';

const STEPS_MOST = 4;

const level = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'write lower-case words joined by hyphens, such as "lockdown"')
      .refine((id) => id !== NORMAL_THREAT, `"${NORMAL_THREAT}" is the level where none is set: choose another word`)
      .describe('Identifier among the levels; rules name it by `threat`.')
      .meta({ examples: ['lockdown'] }),
    title: z
      .string()
      .trim()
      .min(1)
      .max(24)
      .describe('What dispatchers call it. It stands beside the sign wherever the level shows.')
      .meta({ examples: ['Lock-down'] }),
    sign: z
      .string()
      .trim()
      .min(1)
      .max(4)
      .default('▲')
      .describe('One to four characters that tell the level without its colour.')
      .meta({ examples: ['■'] }),
    severity: z
      .int()
      .min(1)
      .max(99)
      .describe('Where several levels hold, the one with the highest is the level of the place; no two have the same.')
      .meta({ examples: [50] }),
    doors: z
      .enum(threatDoorCommands)
      .describe('What it commands the doors of its place to do; it leaves them alone unless given. `unlock` wins over every level that locks.')
      .exactOptional(),
    except: z
      .array(z.string())
      .default([])
      .describe('Doors that it leaves alone, and areas whose doors it leaves alone.')
      .meta({ examples: [['door-safe']] }),
    afterwards: z
      .enum(afterwardsOfDoors)
      .default('as-before')
      .describe(
        'What becomes of its doors when it is lifted: `as-before`, or `locked` whatever they were. A door that had been unlocked for less than a minute counts as locked.',
      ),
    raisesPriorityBy: z
      .int()
      .min(0)
      .max(STEPS_MOST)
      .default(0)
      .describe('How many steps more urgent the incidents become that are found there meanwhile.'),
    setBy: z
      .strictObject({
        roles: z.array(z.enum(roles)).default([]).describe('Every account of these roles.'),
        accounts: z.array(z.string()).default([]).describe('These accounts, whatever their role.'),
      })
      .refine(
        ({ roles: some, accounts }) => some.length + accounts.length > 0,
        'name at least one role or account: otherwise nobody could set or lift it',
      )
      .default({ roles: [...roles], accounts: [] })
      .describe('Who may set and lift it; every signed-in person unless given.'),
  })
  .transform((read) => read satisfies ThreatLevel);

export const threatLevelsSchema = z
  .array(level)
  .default([])
  .describe('Threat levels that a person can set for the site or an area (lock-down, evacuation), and what each does.');
