/** A browser without script: cookies, pages, forms. */
export interface PageAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Headers;
  readonly text: string;
  /** The `data-error` of the page, if it has one. */
  readonly error: string | null;
}

export interface Browser {
  get(path: string): Promise<PageAnswer>;
  /** Opens a page and posts its first form with these fields; hidden ones go along. */
  submit(path: string, fields: Record<string, string>): Promise<PageAnswer>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<PageAnswer>;
  readonly cookies: Map<string, string>;
}

export function openBrowser(url: () => string): Browser {
  const cookies = new Map<string, string>();
  const go = async (path: string, init: RequestInit = {}): Promise<PageAnswer> => {
    const response = await fetch(new URL(path, url()), {
      ...init,
      redirect: 'manual',
      headers: {
        ...(init.headers as Record<string, string>),
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      text,
      error: /data-error="(\w+)"/.exec(text)?.[1] ?? null,
    };
  };
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    go(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  return {
    cookies,
    get: (path) => go(path),
    post,
    async submit(path, fields) {
      const page = await go(path);
      const form = readForms(page.text).find((candidate) => candidate.action !== '/owner/log-out');
      if (!form) return page;
      return post(form.action, { ...form.hidden, ...fields });
    },
  };
}

export interface PageForm {
  readonly action: string;
  readonly hidden: Record<string, string>;
  /** All names but the hidden ones. */
  readonly names: readonly string[];
  readonly source: string;
}

export function readForms(page: string): PageForm[] {
  return [...page.matchAll(/<form\b[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/g)].map((match) => {
    const inputs = [...(match[2] ?? '').matchAll(/<(?:input|select|button)\b[^>]*name="([^"]+)"[^>]*>/g)];
    const hidden = inputs.filter((input) => input[0].includes('type="hidden"'));
    return {
      action: match[1] ?? '',
      hidden: Object.fromEntries(
        hidden.map((input) => [input[1], /value="([^"]*)"/.exec(input[0])?.[1] ?? '']),
      ),
      names: inputs.filter((input) => !hidden.includes(input)).map((input) => input[1] ?? ''),
      source: match[0],
    };
  });
}

export const goodPassword = 'Kade2026x';

/** Follows a link of a mail and sets the password. */
export function setPassword(
  browser: Browser,
  link: string,
  password = goodPassword,
  name = 'Ann van der Meer',
) {
  return browser.submit(link, { full_name: name, password, password_confirmation: password });
}

export function logIn(browser: Browser, email: string, password = goodPassword) {
  return browser.submit('/owner/log-in', { email, password });
}
