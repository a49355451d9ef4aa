import type { NextFunction, Request, Response, Router } from 'express';
import type { z } from 'zod';
import type { Principal } from '../access/accounts.ts';
import type { Role } from '../domain/roles.ts';
import { Refusal } from '../desk/operations.ts';
import { sessionKeyOf } from './authentication.ts';

/** What a handler gets: the parts of the request as their schemas parsed them. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly principal: Principal;
  /** A digest of the session's or token's secret. */
  readonly session: string;
}

/** One operation of the REST interface; routing, checking and OpenAPI all come from it. */
export interface Endpoint<Params = unknown, Query = unknown, Body = unknown, Answer = unknown> {
  readonly method: 'get' | 'post';
  /** With {parameters} in OpenAPI's form. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** Roles that may call it; every signed-in user where it is left out. */
  readonly roles?: readonly Role[];
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Of the JSON that answers with status 200. */
  readonly answer: z.ZodType<Answer>;
  handle(call: Call<Params, Query, Body>): Answer | Promise<Answer>;
}

/** Checks an endpoint's types where it is written, and forgets them where it is listed. */
export function endpoint<Params, Query, Body, Answer>(definition: Endpoint<Params, Query, Body, Answer>): Endpoint {
  return definition;
}

/** Routes each endpoint. `principalOf`: who the request comes from, set by the authentication before it. */
export function route(router: Router, endpoints: readonly Endpoint[], principalOf: (response: Response) => Principal): void {
  for (const each of endpoints) {
    const path = each.path.replace(/\{(\w+)\}/g, ':$1');
    router[each.method](path, async (request: Request, response: Response, next: NextFunction) => {
      try {
        const principal = principalOf(response);
        if (each.roles !== undefined && !each.roles.includes(principal.role)) {
          throw new Refusal('forbidden', `this needs the role ${each.roles.join(' or ')}; ${principal.name} is ${principal.role}`);
        }
        const answer = await each.handle({
          params: check(each.params, request.params, 'path'),
          query: check(each.query, request.query, 'query'),
          body: check(each.body, request.body as unknown, 'body'),
          principal,
          session: sessionKeyOf(request),
        });
        response.json(answer);
      } catch (error) {
        next(error);
      }
    });
  }
}

function check(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) => `${[part, ...path].join('.')}: ${message}`);
  throw new Refusal('invalid', reasons.join('; '));
}
