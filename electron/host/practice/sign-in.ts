/** Who signs in, where, and through which network. */
export interface SignInRequest {
  /** Of the authorization endpoint, complete: client, redirect URI, PKCE challenge, state. */
  readonly authorizationUrl: string;
  readonly email: string;
  readonly password: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Sign-in failed before the redirect; `reason` is for programs. */
export class SignInError extends Error {
  readonly reason: 'credentials_refused' | 'no_form' | 'too_many_steps' | 'provider_failed';

  constructor(reason: SignInError['reason'], detail: string) {
    super(`${reason}: ${detail}`);
    this.name = 'SignInError';
    this.reason = reason;
  }
}

const stepsMax = 20;
const stepTimeoutMs = 15_000;
const pageCharactersMax = 1_000_000;

/**
 * Walks through an OpenID provider's own pages as a person with a browser would: follows redirects with cookies,
 * fills in `email` and `password` where it sees them, submits every form (C38). It knows no page of any provider.
 * @returns the redirect URI with its `code` (or `error`) and `state`; nothing is listening there
 * @throws SignInError, or what `fetch` throws
 */
export async function signInAsPracticeInstaller(request: SignInRequest): Promise<string> {
  const redirectUri = new URL(request.authorizationUrl).searchParams.get('redirect_uri') ?? '';
  const cookies = new CookieJar();
  let step: Step = { url: new URL(request.authorizationUrl), form: null };
  let wasPasswordSent = false;
  for (let count = 0; count < stepsMax; count += 1) {
    const response = await take(request.fetch, step, cookies);
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      const next = new URL(location, step.url);
      if (leadsTo(next, redirectUri)) return next.href;
      step = { url: next, form: null };
      continue;
    }
    const page = (await response.text()).slice(0, pageCharactersMax);
    const form = readForm(page, step.url);
    if (!form)
      throw new SignInError(response.ok ? 'no_form' : 'provider_failed', `status ${response.status}`);
    const hasPassword = form.fields.has('password');
    if (hasPassword && wasPasswordSent) throw new SignInError('credentials_refused', request.email);
    wasPasswordSent ||= hasPassword;
    if (form.fields.has('email')) form.fields.set('email', request.email);
    if (hasPassword) form.fields.set('password', request.password);
    step = { url: form.action, form: form.fields };
  }
  throw new SignInError('too_many_steps', `${stepsMax}`);
}

interface Step {
  readonly url: URL;
  /** What to post; `null` gets the page. */
  readonly form: URLSearchParams | null;
}

async function take(fetch: SignInRequest['fetch'], step: Step, cookies: CookieJar): Promise<Response> {
  const cookie = cookies.header(step.url);
  const response = await fetch(step.url.href, {
    method: step.form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { accept: 'text/html', ...(cookie && { cookie }) },
    ...(step.form && { body: step.form }),
    signal: AbortSignal.timeout(stepTimeoutMs),
  });
  for (const line of response.headers.getSetCookie()) cookies.take(step.url, line);
  return response;
}

function leadsTo(url: URL, redirectUri: string): boolean {
  if (redirectUri === '') return false;
  const wanted = new URL(redirectUri);
  return url.origin === wanted.origin && url.pathname === wanted.pathname;
}

interface Form {
  readonly action: URL;
  readonly fields: URLSearchParams;
}

/** The page's form: the one with a password, else the first that posts. */
function readForm(page: string, base: URL): Form | null {
  const forms = [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map((match) => ({
    attributes: readAttributes(match[1] ?? ''),
    fields: readFields(match[2] ?? ''),
  }));
  const posted = forms.filter((form) => form.attributes.get('method')?.toLowerCase() === 'post');
  const form = posted.find((candidate) => candidate.fields.has('password')) ?? posted[0];
  return form
    ? { action: new URL(form.attributes.get('action') || base.href, base), fields: form.fields }
    : null;
}

function readFields(content: string): URLSearchParams {
  const fields = new URLSearchParams();
  let isSubmitted = false;
  for (const match of content.matchAll(/<(input|button)\b([^>]*)>/gi)) {
    const attributes = readAttributes(match[2] ?? '');
    const name = attributes.get('name');
    const type =
      attributes.get('type')?.toLowerCase() ?? (match[1]?.toLowerCase() === 'button' ? 'submit' : 'text');
    if (!name || type === 'reset' || type === 'button' || type === 'image') continue;
    if ((type === 'checkbox' || type === 'radio') && !attributes.has('checked')) continue;
    if (type === 'submit') {
      // As a browser does it: only the button that is pressed is sent, and Enter presses the first.
      if (isSubmitted) continue;
      isSubmitted = true;
    }
    fields.append(name, attributes.get('value') ?? (type === 'checkbox' ? 'on' : ''));
  }
  return fields;
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const match of text.matchAll(/([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    attributes.set((match[1] ?? '').toLowerCase(), unescapeHtml(match[2] ?? match[3] ?? match[4] ?? ''));
  }
  return attributes;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? whole;
    const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** The cookies of one sign-in. Each host keeps its own; a path limits where a cookie goes. */
class CookieJar {
  readonly #cookies = new Map<string, { host: string; path: string; name: string; value: string }>();

  take(url: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const split = pair.indexOf('=');
    if (split < 1) return;
    const attribute = (name: string) =>
      attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const cookie = {
      host: url.host,
      path: attribute('path') ?? '/',
      name: pair.slice(0, split),
      value: pair.slice(split + 1),
    };
    const key = `${cookie.host} ${cookie.path} ${cookie.name}`;
    const isOver =
      Number(attribute('max-age') ?? '1') <= 0 || Date.parse(attribute('expires') ?? '') < Date.now();
    if (isOver) this.#cookies.delete(key);
    else this.#cookies.set(key, cookie);
  }

  header(url: URL): string {
    return [...this.#cookies.values()]
      .filter((cookie) => cookie.host === url.host && isBelow(url.pathname, cookie.path))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }
}

function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
