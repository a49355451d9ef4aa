import { z } from 'zod';
import { clockOption, otherPoints } from '../../src/adapter/mapping/schema.ts';
import { secret } from '../../src/adapter/secret.ts';
import { profileNames } from './profiles.ts';
import { availabilitySchema, topicMappingSchema, topicName } from './topic-mapping.ts';

/** The options of a broker in the site file. */
export const mqttOptions = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .describe('Address or name of the broker.')
      .meta({ examples: ['192.0.2.40'] }),
    port: z.int().min(1).max(65_535).exactOptional().describe('TCP port of the broker. Without it: 1883, with TLS 8883.'),
    tls: z.boolean().default(false).describe('Whether to use TLS. The broker’s certificate is checked against its name.'),
    ca: secret('Certificate (PEM) of the authority that signed the broker’s certificate, where the system does not know it.').exactOptional(),
    username: z.string().min(1).exactOptional().describe('User name of the gateway at the broker.'),
    password: secret('Its password.').exactOptional(),
    clientId: z
      .string()
      .regex(/^[\x20-\x7e]{1,128}$/, 'up to 128 printable ASCII characters')
      .exactOptional()
      .describe(
        'Identifies the gateway’s session at the broker: no two clients may use the same. Without it: sallyport- and the device’s identifier.',
      ),
    keepaliveSeconds: z.int().min(1).max(3600).default(30).describe('A broker that is silent for one and a half times as long is taken to be gone.'),
    clock: clockOption,
    points: otherPoints,
    profile: z
      .enum(profileNames)
      .exactOptional()
      .describe('A ready-made list of mappings for a product, added to the list below.')
      .meta({ examples: ['frigate'] }),
    topicPrefix: topicName
      .exactOptional()
      .describe('First part of the profile’s topics, if the product was told to use another.')
      .meta({ examples: ['frigate'] }),
    availability: z.array(availabilitySchema).default([]).describe('Topics on which devices behind the broker say whether they are there.'),
    mappings: z.array(topicMappingSchema).default([]).describe('Which message becomes which event. All that fit apply.'),
  })
  .refine(({ profile, mappings }) => profile !== undefined || mappings.length > 0, { error: 'name a profile or write mappings', path: ['mappings'] })
  .refine(({ username, password }) => password === undefined || username !== undefined, {
    error: 'a password needs a username (MQTT 3.1.1, 3.1.2.9)',
    path: ['password'],
  })
  .refine(({ ca, tls }) => ca === undefined || tls, { error: 'a certificate needs tls: true', path: ['ca'] })
  .refine(({ topicPrefix, profile }) => topicPrefix === undefined || profile !== undefined, {
    error: 'a prefix belongs to a profile: add one, or write the whole topics in the mappings',
    path: ['topicPrefix'],
  });
export type MqttOptions = z.infer<typeof mqttOptions>;
