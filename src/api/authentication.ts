import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CookieOptions, NextFunction, Request, Response, Router } from 'express';
import { Router as router } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import type { Accounts, Principal } from '../access/accounts.ts';
import { Refusal } from '../desk/operations.ts';

const COOKIE = 'sallyport_session';
const SIGN_INS_PER_MINUTE = 10;

/** Who sent a request, by its bearer token or its session cookie. */
export function authenticator(accounts: Accounts): (request: IncomingMessage) => Principal | undefined {
  return ({ headers }) => {
    const bearer = bearerOf(headers);
    if (bearer !== undefined) return accounts.byToken(bearer);
    const session = sessionOf(headers.cookie);
    return session === undefined ? undefined : accounts.bySession(session);
  };
}

/** Whether it is the cookie that says who sent a request. */
export function usesCookie({ headers }: IncomingMessage): boolean {
  return bearerOf(headers) === undefined;
}

/** A digest of the secret that says who sent a request: tickets are bound to it. */
export function sessionKeyOf({ headers }: IncomingMessage): string {
  return createHash('sha256')
    .update(bearerOf(headers) ?? sessionOf(headers.cookie) ?? '')
    .digest('base64url');
}

/** Lets only signed-in requests through, and remembers who it is. */
export function requirePrincipal(authenticate: (request: IncomingMessage) => Principal | undefined) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const principal = authenticate(request);
    if (principal === undefined) {
      response.status(401).json({ code: 'unauthenticated', message: 'sign in, or send a bearer token' });
      return;
    }
    response.locals['principal'] = principal;
    next();
  };
}

export function principalOf(response: Response): Principal {
  return response.locals['principal'] as Principal;
}

const credentials = z.strictObject({ name: z.string().min(1).max(100), password: z.string().min(1).max(1000) });

/** POST, GET and DELETE /session: signing in and out of the console. */
export function sessionRoutes(accounts: Accounts, signedIn: (principal: Principal, what: string) => void): Router {
  const routes = router();
  const limit = rateLimit({
    windowMs: 60_000,
    limit: SIGN_INS_PER_MINUTE,
    skipSuccessfulRequests: true,
    // Whoever has hung up has no address any more; the library would print an error for each of them.
    keyGenerator: ({ ip }) => (ip === undefined ? 'hung up' : ipKeyGenerator(ip)),
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    message: { code: 'too-many', message: 'too many wrong sign-ins: wait a minute' },
  });
  routes.post('/session', limit, async (request, response) => {
    const parsed = credentials.safeParse(request.body);
    if (!parsed.success) throw new Refusal('invalid', 'send {"name": ..., "password": ...}');
    const signIn = await accounts.signIn(parsed.data.name, parsed.data.password);
    if (signIn === undefined) {
      response.status(401).json({ code: 'unauthenticated', message: 'name or password is wrong' });
      return;
    }
    const { principal, session, maxAgeMs } = signIn;
    response.cookie(COOKIE, session, { ...cookie(request), maxAge: maxAgeMs });
    signedIn(principal, 'signed in');
    response.json(principal);
  });
  routes.get('/session', (request, response) => {
    const principal = authenticator(accounts)(request);
    if (principal === undefined) response.status(401).json({ code: 'unauthenticated', message: 'not signed in' });
    else response.json(principal);
  });
  routes.delete('/session', (request, response) => {
    const session = sessionOf(request.headers.cookie);
    const principal = session === undefined ? undefined : accounts.bySession(session);
    if (session !== undefined) accounts.signOut(session);
    if (principal !== undefined) signedIn(principal, 'signed out');
    response.clearCookie(COOKIE, cookie(request)).json({});
  });
  return routes;
}

/** Out of reach of scripts, and never sent along by a page of another site. */
function cookie(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/' };
}

function bearerOf({ authorization }: IncomingMessage['headers']): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
}

function sessionOf(header: string | undefined): string | undefined {
  return header
    ?.split(/;\s*/)
    .find((part) => part.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}
