import type { FastifyReply } from 'fastify';

/** HTML that is safe to send as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | null | false | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an element or a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function partText(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return part.map(partText).join('');
}

/** A template whose parts are escaped unless they are {@link Html} themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + partText(parts[index] ?? null)).join(''));
}

/** A whole page. */
export interface Page {
  readonly language: string;
  readonly title: string;
  /** What stands at the head of every page of this part. */
  readonly head?: Html;
  readonly content: Html;
}

/** Renders a page; it needs no script and loads nothing but the one style sheet. */
export function renderPage({ language, title, head, content }: Page): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/owner/style.css">
</head>
<body>
<header class="frame"><span class="brand">Doorstep <span>practice cloud</span></span>${head ?? null}</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;
}

/**
 * Sends a page that nothing foreign can frame, script or style.
 * @param formTargets where its forms may lead beside this origin; redirects count, too
 */
export function sendPage(reply: FastifyReply, status: number, page: Page, formTargets = ''): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-security-policy': `default-src 'none'; style-src 'self'; form-action 'self'${formTargets}; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(renderPage(page));
}
