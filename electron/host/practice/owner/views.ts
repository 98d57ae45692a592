import { type Html, html } from '../html.ts';
import type { Language } from '../mail/queue.ts';
import { fill, languageNames, type Texts } from '../texts.ts';
import type { PasswordRule } from '../traps.ts';
import type { OwnedSite } from './accounts.ts';
import { ruleParts } from './passwords.ts';

/** Why a form is shown again, or a link opens nothing (C36). */
export type RefusalCode = keyof Texts['page']['error'];

/** What every form needs. */
export interface FormFrame {
  readonly texts: Texts['page'];
  readonly language: Language;
  readonly csrf: string;
  readonly error: RefusalCode | null;
}

/** Why the form was not taken, as an alert; nothing where it was. */
export function errorView(texts: Texts['page'], code: RefusalCode | null): Html | null {
  return code === null
    ? null
    : html`<p class="error" role="alert" data-error="${code}">${texts.error[code]}</p>`;
}

function form(frame: FormFrame, action: string, fields: Html, submit: string): Html {
  return html`${errorView(frame.texts, frame.error)}
<form method="post" action="${action}">
<input type="hidden" name="csrf" value="${frame.csrf}">
${fields}
<button type="submit">${submit}</button>
</form>`;
}

interface InputField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'email' | 'password' | 'tel';
  readonly autocomplete: string;
  readonly value?: string;
  readonly isOptional?: boolean;
  readonly describedBy?: string;
}

function input(field: InputField): Html {
  const required = field.isOptional ? null : html` required`;
  const describedBy = field.describedBy ? html` aria-describedby="${field.describedBy}"` : null;
  return html`<label>${field.label}
<input name="${field.name}" type="${field.type}" autocomplete="${field.autocomplete}" value="${field.value ?? ''}"${required}${describedBy}></label>`;
}

/** The form for an account of one’s own (S2). */
export function signUpView(frame: FormFrame, values: Readonly<Record<string, string>>): Html {
  const { texts } = frame;
  const chosen = values.language || frame.language;
  const options = Object.entries(languageNames).map(
    ([code, name]) =>
      html`<option value="${code}"${code === chosen ? html` selected` : null}>${name}</option>`,
  );
  const fields = html`${input({ name: 'full_name', label: texts.fullName, type: 'text', autocomplete: 'name', value: values.full_name ?? '' })}
${input({ name: 'email', label: texts.email, type: 'email', autocomplete: 'email', value: values.email ?? '' })}
<label>${texts.language} <select name="language" required>${options}</select></label>`;
  return html`<p>${texts.signUpIntro}</p>
${form(frame, '/owner/sign-up', fields, texts.signUp)}
<p><a href="/owner/log-in">${texts.logIn}</a></p>`;
}

/** The form that asks for a link to a new password (S7). */
export function forgotView(frame: FormFrame, email: string): Html {
  const { texts } = frame;
  const fields = input({
    name: 'email',
    label: texts.email,
    type: 'email',
    autocomplete: 'email',
    value: email,
  });
  return html`<p>${texts.forgotIntro}</p>
${form(frame, '/owner/forgot', fields, texts.send)}
<p><a href="/owner/log-in">${texts.logIn}</a></p>`;
}

/** The form that logs an owner in. */
export function logInView(frame: FormFrame, email: string): Html {
  const { texts } = frame;
  const fields = html`${input({ name: 'email', label: texts.email, type: 'email', autocomplete: 'username', value: email })}
${input({ name: 'password', label: texts.password, type: 'password', autocomplete: 'current-password' })}`;
  return html`${form(frame, '/owner/log-in', fields, texts.logIn)}
<p><a href="/owner/forgot">${texts.forgot}</a> · <a href="/owner/sign-up">${texts.signUp}</a></p>`;
}

/** The form behind a link of a mail. */
export interface PasswordForm {
  readonly action: string;
  readonly email: string;
  readonly rule: PasswordRule;
  /** Name and telephone are asked for where an account is made; not where it only gets a new password. */
  readonly person: { readonly fullName: string; readonly phone: string } | null;
}

/** The form behind a link: a password, and who the owner is where the account is new (S3). */
export function passwordView(frame: FormFrame, page: PasswordForm): Html {
  const { texts } = frame;
  const describedBy = 'password-rule';
  const person =
    page.person &&
    html`${input({ name: 'full_name', label: texts.fullName, type: 'text', autocomplete: 'name', value: page.person.fullName })}
${input({ name: 'phone', label: texts.phone, type: 'tel', autocomplete: 'tel', value: page.person.phone, isOptional: true })}`;
  const rules = ruleParts.flatMap((part) => {
    const count = page.rule[part] ?? 0;
    return count > 0 ? [html`<li>${fill(texts.rule[part], { count })}</li>`] : [];
  });
  const fields = html`${person}
${input({ name: 'password', label: texts.password, type: 'password', autocomplete: 'new-password', describedBy })}
${input({ name: 'password_confirmation', label: texts.passwordAgain, type: 'password', autocomplete: 'new-password', describedBy })}
<ul class="quiet" id="${describedBy}">${rules}</ul>`;
  return html`<p class="quiet">${page.email}</p>
${form(frame, page.action, fields, texts.save)}`;
}

/** That a mail is on its way, whether or not the address is known. */
export function mailSentView(texts: Texts['page']): Html {
  return html`<p>${texts.mailSentText}</p><p><a href="/owner/log-in">${texts.logIn}</a></p>`;
}

/** A link that opens nothing any more, and the two ways on (C36). */
export function linkGoneView(texts: Texts['page'], code: 'link_dead' | 'link_expired'): Html {
  return html`${errorView(texts, code)}
<p>${texts.askInstaller}</p>
<p><a class="button" href="/owner/forgot">${texts.forgot}</a></p>
<p><a href="/owner/log-in">${texts.logIn}</a></p>`;
}

/** The button that logs out. */
export function logOutForm(texts: Texts['page'], csrf: string): Html {
  return html`<form class="log-out" method="post" action="/owner/log-out"><input type="hidden" name="csrf" value="${csrf}"><button type="submit">${texts.logOut}</button></form>`;
}

/** The owner’s sites, each with what may be done with it now (S4). */
export function sitesView(frame: FormFrame, sites: readonly OwnedSite[], now: number): Html {
  const { texts, language } = frame;
  const error = errorView(texts, frame.error);
  if (sites.length === 0) return html`${error}<p>${texts.noSites}</p>`;
  const time = (ms: number, timeZone: string) =>
    new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone }).format(ms);
  const items = sites.map((site) => {
    const until = site.installer_access_until;
    return html`<section class="site" data-site-uid="${site.site_uid}">
<h2>${site.customer_reference}</h2>
<p>${site.street}, ${site.postcode} ${site.city}</p>
<dl><dt>${texts.siteUid}</dt><dd><code>${site.site_uid}</code></dd>
<dt>${texts.handedOver}</dt><dd>${time(site.released_at, site.time_zone)}</dd></dl>
${until !== null && now < until ? html`<p class="open">${fill(texts.accessUntil, { time: time(until, site.time_zone) })}</p>` : null}
<form name="installer_access" method="post" action="/owner/sites/${site.site_uid}/installer_access">
<input type="hidden" name="csrf" value="${frame.csrf}">
<button type="submit" name="installer_access" value="24">${texts.access}</button>
</form>
</section>`;
  });
  return html`${error}${items}`;
}
