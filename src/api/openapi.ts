import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { downloads, TICKET_HEADER } from './routes/tickets.ts';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 description of the REST interface, whose schemas are JSON Schema and so come straight from the endpoints. */
export function openApi(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const { path, method } = endpoint;
    paths[path] = { ...paths[path], [method]: operation(endpoint) };
  }
  for (const each of downloads) paths[each.path] = { ...paths[each.path], get: download(each) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version,
      description:
        'Incidents, events, doors and devices of a site. Sign in with a session cookie (the console) or a bearer token (`sallyport token create`).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'sallyport_session' } },
      schemas: { Error: jsonSchema(errorSchema, 'output') },
    },
  };
}

/** The body of every answer that is not 200. */
export const errorSchema = z.object({ code: z.string(), message: z.string().describe('what went wrong and what to do, in a sentence') });

const errors = {
  400: 'the request is not valid',
  401: 'not signed in',
  403: 'not allowed for this role',
  404: 'there is no such thing',
  409: 'somebody else was first, or the state does not allow it',
  502: 'the device refused or did not answer',
} as const;

function operation(endpoint: Endpoint): Json {
  const parameters = [...parametersOf(endpoint.params, 'path'), ...parametersOf(endpoint.query, 'query')];
  return {
    tags: [endpoint.tag],
    summary: endpoint.summary,
    operationId: operationId(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...(endpoint.body && { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(endpoint.body, 'input') } } } }),
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: jsonSchema(endpoint.answer, 'output') } } },
      ...errorResponses(),
    },
  };
}

/** A file, which a browser's session is given for a ticket. */
function download({ path, type, summary }: (typeof downloads)[number]): Json {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const ticket = { name: TICKET_HEADER, in: 'header', required: false, description: 'from POST /tickets; not needed with a bearer token' };
  return {
    tags: ['video'],
    summary,
    operationId: operationId({ method: 'get', path }),
    parameters: [...named, { ...ticket, schema: { type: 'string' } }],
    responses: { 200: { description: 'the file', content: { [type]: { schema: { type: 'string', format: 'binary' } } } }, ...errorResponses() },
  };
}

function errorResponses(): Json {
  return Object.fromEntries(
    Object.entries(errors).map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    ]),
  );
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, { description, ...inner }]) => ({
    name,
    in: where,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: inner,
  }));
}

function operationId({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  const words = path.split(/[/{}.-]+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
