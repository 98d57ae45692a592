import { linkLifetimeHours } from '../cloud.ts';
import { html } from '../html.ts';
import { fill, textsIn } from '../texts.ts';
import type { MailContent, MailKind } from './queue.ts';

/** A mail in words. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Writes a mail in its language, as text and as HTML. The link to follow comes first in both.
 * @param origin of the owner's pages
 */
export function renderMail(kind: MailKind, content: MailContent, origin: string): RenderedMail {
  const texts = textsIn(content.language).mail;
  // Somebody who signs up twice is told what he has; no site is about it then (C31).
  const words = kind === 'account_exists' && !content.site ? texts.signed_up_already : texts[kind];
  const values = {
    name: content.fullName,
    site: content.site?.name ?? '',
    uid: content.site?.uid ?? '',
    company: content.site?.company ?? '',
    hours: linkLifetimeHours,
  };
  const link = content.token === null ? `${origin}/owner/log-in` : `${origin}/owner/${kind}/${content.token}`;
  const [greeting, text, note] = [texts.greeting, words.text, words.note].map((part) => fill(part, values));
  const subject = fill(words.subject, values);
  const paragraphs = [greeting, text, `${words.action}:\n${link}`, note, `--\n${texts.footer}`];
  return {
    subject,
    text: `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`,
    html: html`<!doctype html>
<html lang="${content.language}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="margin:0;padding:24px;background:#f2f1ee;color:#171613;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-top:8px solid #1f1e1b">
<p>${greeting ?? ''}</p>
<p>${text ?? ''}</p>
<p><a href="${link}" style="display:inline-block;padding:12px 24px;background:#f9d410;color:#15140f;font-weight:600;text-decoration:none;border:1px solid #9e7b03;border-radius:4px">${words.action}</a></p>
<p style="font-size:13px;color:#565551">${texts.linkHint}<br><span style="word-break:break-all">${link}</span></p>
${note ? html`<p>${note}</p>` : null}
<p style="font-size:13px;color:#565551">${texts.footer}</p>
</div>
</body>
</html>
`.text,
  };
}
