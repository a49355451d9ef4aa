import { z } from 'zod';
import { checkExpressions } from '../../src/adapter/mapping/check.ts';
import type { Variables } from '../../src/adapter/mapping/expression.ts';
import { mappingFields } from '../../src/adapter/mapping/schema.ts';
import { filterMistake } from './topics.ts';

const payloads = ['json', 'text', 'binary'] as const;
export type Payload = (typeof payloads)[number];

const payloadVariable = { json: 'dyn', text: 'string', binary: 'bytes' } as const;

/** What the expressions of a mapping may use. */
export function variablesOf(payload: Payload): Variables {
  return { topic: 'string', wildcards: 'list<string>', payload: payloadVariable[payload], points: 'list<string>' };
}

const topicFilter = z.string().superRefine((filter, context) => {
  const message = filterMistake(filter);
  if (message !== undefined) context.addIssue({ code: 'custom', message, input: filter });
});

/** One topic's name. */
export const topicName = topicFilter.refine((topic) => !/[+#]/.test(topic), 'one topic, without + and #');

/** A mapping as the site file or a profile has it. */
export const topicMappingSchema = z
  .strictObject({
    topic: topicFilter
      .describe('Which messages: a topic filter. What + and # stand for is in `wildcards`, in order.')
      .meta({ examples: ['site/+/door/#', 'frigate/events'] }),
    payload: z
      .enum(payloads)
      .default('json')
      .describe('What a message holds: `json`, `text` (UTF-8) or `binary`; `payload` in expressions is of that type.'),
    ...mappingFields,
  })
  .superRefine((mapping, context) => checkExpressions(mapping, variablesOf(mapping.payload), context));
export type TopicMapping = z.infer<typeof topicMappingSchema>;

/** How something behind the broker says that it is there. */
export const availabilitySchema = z
  .strictObject({
    topic: topicName.describe('Topic on which it says so, retained; usually also its last will.').meta({ examples: ['frigate/available'] }),
    online: z.string().default('online').describe('The message that says that it is there.'),
    offline: z.string().default('offline').describe('The message that says that it is gone.'),
    point: z.string().exactOptional().describe('The point that is then offline. Without it: this device.'),
  })
  .refine(({ online, offline }) => online !== offline, { error: 'online and offline must differ', path: ['offline'] });
export type Availability = z.infer<typeof availabilitySchema>;
