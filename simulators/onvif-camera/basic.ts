/** The Authorization header that Basic wants (RFC 7617; RTSP uses it as well, RFC 2326 clause 14). */
export function basicAuthorization({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export const basicChallenge = 'Basic realm="Simulated camera"';
