import { timingSafeEqual } from 'node:crypto';

const tokenBytes = 32;

/** Who may use the app: the one who was given the address with the token, once; then by a cookie. */
export interface Sessions {
  /** The one-time token for the address. */
  readonly token: string;
  /** Trades the token for the value of a `Set-Cookie` header; undefined where the token is wrong or was used. */
  redeem(token: string): string | undefined;
  /** Whether a request's `Cookie` header carries the session. */
  accepts(cookieHeader: string | undefined): boolean;
}

/**
 * @param port part of the cookie's name: cookies do not tell ports apart
 * @param randomBytes a source of secrets
 */
export function createSessions(port: number, randomBytes: (size: number) => Uint8Array): Sessions {
  const secret = () => Buffer.from(randomBytes(tokenBytes)).toString('base64url');
  const token = secret();
  const session = secret();
  const cookieName = `doorstep-${port}`;
  let used = false;
  return {
    token,
    redeem(offered) {
      if (used || !equal(offered, token)) return undefined;
      used = true;
      return `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`;
    },
    accepts: (header = '') =>
      header.split(';').some((pair) => {
        const [name, value = ''] = pair.trim().split('=', 2);
        return name === cookieName && equal(value, session);
      }),
  };
}

function equal(offered: string, secret: string): boolean {
  const [left, right] = [Buffer.from(offered), Buffer.from(secret)];
  return left.length === right.length && timingSafeEqual(left, right);
}
