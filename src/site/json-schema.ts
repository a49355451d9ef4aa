import { z } from 'zod';
import type { AdapterDefinition } from '../adapter/contract.ts';
import type { Adapters } from '../adapter/loader.ts';
import { pointLists, siteFileSchema } from './schema.ts';

/** The JSON Schema of the site file with every adapter's options and addresses, for completion in editors. */
export function siteJsonSchema(adapters: Adapters): Record<string, unknown> {
  const definitions = [...adapters.values()].sort((a, b) => a.name.localeCompare(b.name));
  const schema = jsonSchema(siteFileSchema) as JsonObject & { properties: Record<string, JsonObject> };
  const devices = schema.properties['devices'] as JsonObject & { items: JsonObject & { properties: JsonObject; required: string[] } };
  devices.items = {
    anyOf: definitions.flatMap((definition) =>
      variantsOf(definition).map((options) => ({
        title: definition.summary,
        type: 'object',
        properties: { ...devices.items.properties, adapter: { const: definition.name, description: definition.summary }, ...options.properties },
        required: [...new Set([...devices.items.required, ...(options.required ?? [])])],
        additionalProperties: false,
      })),
    ),
  } as never;
  for (const [list, type] of pointLists) {
    const addresses = definitions.flatMap(({ points }) => (points[type] === undefined ? [] : [jsonSchema(points[type])]));
    const items = (schema.properties[list] as { items: { properties: JsonObject } }).items;
    if (addresses.length > 0) items.properties['at'] = { description: 'Its address on the device, in the words of the adapter.', anyOf: addresses };
  }
  return { ...schema, title: 'Sallyport site file' };
}

type JsonObject = Record<string, unknown>;

interface Options {
  readonly properties?: JsonObject;
  readonly required?: string[];
}

/** The options of an adapter, or each of their alternatives. */
function variantsOf({ options }: AdapterDefinition): readonly Options[] {
  const schema = jsonSchema(options) as Options & { readonly oneOf?: readonly Options[]; readonly anyOf?: readonly Options[] };
  return schema.oneOf ?? schema.anyOf ?? [schema];
}

function jsonSchema(schema: z.ZodType): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
