import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addIq,
  addLock,
  createSite,
  invite,
  invitedSite,
  type Person,
  release,
  startTestCloud,
  type TestCloud,
  waitFor,
} from './support/cloud.ts';
import { goodPassword, logIn, openBrowser, readForms, setPassword } from './support/owner.ts';

describe("owner's pages", () => {
  let test: TestCloud;
  let person: Person;
  let people = 0;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
  });
  afterAll(() => test.close());

  const address = () => {
    people += 1;
    return `Resident.${people}@example.org`;
  };
  const browse = () => openBrowser(() => test.url);
  const lastLink = async (email: string, kind: string, count = 1) => {
    const mails = await waitFor(async () => {
      const found = (await test.mails(email)).filter((mail) => mail.kind === kind);
      return found.length >= count ? found : undefined;
    });
    return mails.at(-1)?.links[0] ?? '';
  };
  const invitationState = async (siteId: string) =>
    (await person.call('GET', `/installations/${siteId}`)).body.invitation.invitation_state;

  it('S1, S3, S4: invited, in, and the site only after its release', async () => {
    const email = address();
    const site = await invitedSite(test, person, email);
    const browser = browse();
    const page = await browser.get(site.mail.links[0] ?? '');
    expect(page.status).toBe(200);
    expect(readForms(page.text).map((form) => form.names)).toEqual([
      ['full_name', 'phone', 'password', 'password_confirmation'],
    ]);
    expect(await invitationState(site.id)).toBe('sent');
    const set = await setPassword(browser, site.mail.links[0] ?? '');
    expect([set.status, set.location]).toEqual([303, '/owner/log-in']);
    expect(await invitationState(site.id)).toBe('accepted');
    expect((await browser.get('/owner/sites')).location).toBe('/owner/log-in');
    const entered = await logIn(browser, email.toLowerCase());
    expect([entered.status, entered.location]).toEqual([303, '/owner/sites']);
    expect((await browser.get('/owner/sites')).text).not.toContain('data-site-uid');
    await release(person, site.id);
    expect((await browser.get('/owner/sites')).text).toContain(`data-site-uid="${site.site_uid}"`);
    const events = (await test.ledger()).filter((row) => row.at >= '2000').map((row) => row.event);
    expect(events).toEqual(expect.arrayContaining(['account.confirmed', 'invitation.accepted']));
  });

  it('S2, C35: signs up alone; confirming accepts every open invitation to the address', async () => {
    const email = address();
    const browser = browse();
    const fields = { full_name: 'Ben', email, language: 'fr' };
    const answer = await browser.submit('/owner/sign-up', fields);
    expect(answer.status).toBe(200);
    const [one, two] = [
      await invitedSite(test, person, email),
      await invitedSite(test, person, email.toUpperCase()),
    ];
    const link = await lastLink(email, 'confirm');
    expect((await browser.get(link)).text).toContain('lang="fr"');
    expect((await setPassword(browser, link)).location).toBe('/owner/log-in');
    expect([await invitationState(one.id), await invitationState(two.id)]).toEqual(['accepted', 'accepted']);
    for (const dead of [link, one.mail.links[0], two.mail.links[0]]) {
      const page = await browser.get(dead ?? '');
      expect([page.status, page.error]).toEqual([410, 'link_dead']);
    }
    await release(person, two.id);
    await logIn(browser, email);
    expect((await browser.get('/owner/sites')).text).toContain(two.site_uid);
    expect((await browser.get('/owner/sites')).text).not.toContain(one.site_uid);
  });

  it('S5, C36: a link that expired points to the ways on; forgot password then leads in', async () => {
    const email = address();
    const site = await invitedSite(test, person, email);
    await waitFor(async () => ((await invitationState(site.id)) === 'sent' ? true : undefined));
    const browser = browse();
    const form = readForms((await browser.get(site.mail.links[0] ?? '')).text)[0];
    await test.advance(72 * 3600);
    const expired = await browser.get(site.mail.links[0] ?? '');
    expect([expired.status, expired.error]).toEqual([410, 'link_expired']);
    expect(expired.text).toContain('href="/owner/forgot"');
    const fields = { full_name: 'A', password: goodPassword, password_confirmation: goodPassword };
    const late = await browser.post(form?.action ?? '', { ...form?.hidden, ...fields });
    expect([late.status, late.error]).toEqual([410, 'link_expired']);
    await browser.submit('/owner/forgot', { email });
    const link = await lastLink(email, 'reset');
    const page = await browser.get(link);
    expect(readForms(page.text)[0]?.names).toContain('full_name');
    expect((await setPassword(browser, link)).status).toBe(303);
    expect(await invitationState(site.id)).toBe('accepted');
  });

  it('C36: refused passwords leave the link alive; used and unknown links are alike', async () => {
    const email = address();
    const { mail } = await invitedSite(test, person, email);
    const link = mail.links[0] ?? '';
    const browser = browse();
    const submit = (password: string, again = password, name = 'Ann') =>
      browser.submit(link, { full_name: name, password, password_confirmation: again });
    const answers = [
      await submit('short1A'),
      await submit('nouppercase22'),
      await submit('OnlyOneDigit2'),
      await submit(goodPassword, `${goodPassword}!`),
      await submit(goodPassword, goodPassword, ' '),
    ];
    expect(answers.map((answer) => [answer.status, answer.error])).toEqual([
      [422, 'password_rule'],
      [422, 'password_rule'],
      [422, 'password_rule'],
      [422, 'password_mismatch'],
      [422, 'validation_failed'],
    ]);
    expect((await submit(goodPassword)).status).toBe(303);
    const used = await browser.get(link);
    const unknown = await browser.get(`/owner/invitation/${randomBytes(32).toString('base64url')}`);
    expect([used.status, used.error, unknown.status, unknown.error]).toEqual([
      410,
      'link_dead',
      410,
      'link_dead',
    ]);
    expect(used.text).toBe(unknown.text);
  });

  it('S6, C40: the password rule is the cloud’s and can change', async () => {
    const rule = { min_length: 10, max_length: 64, min_special: 1 };
    await test.traps({ password_rule: rule });
    expect((await person.call('GET', '/me')).body.password_rule).toEqual(rule);
    const { mail } = await invitedSite(test, person, address());
    const browser = browse();
    expect((await setPassword(browser, mail.links[0] ?? '', 'Password2026')).error).toBe('password_rule');
    expect((await setPassword(browser, mail.links[0] ?? '', 'nodigits-at-all')).status).toBe(303);
    await test.clearTraps();
  });

  const account = async () => {
    const email = address();
    const { mail } = await invitedSite(test, person, email);
    await setPassword(browse(), mail.links[0] ?? '');
    return email;
  };

  it('C37: a reset ends all sessions; a newer link kills the older; an hour is its life', async () => {
    const email = await account();
    const inside = browse();
    await logIn(inside, email);
    const browser = browse();
    await browser.submit('/owner/forgot', { email });
    const older = await lastLink(email, 'reset', 1);
    await browser.submit('/owner/forgot', { email });
    const newer = await lastLink(email, 'reset', 2);
    expect((await browser.get(older)).error).toBe('link_dead');
    const page = await browser.get(newer);
    expect(readForms(page.text)[0]?.names).toEqual(['password', 'password_confirmation']);
    expect((await setPassword(browser, newer, 'Different2027')).status).toBe(303);
    expect((await browser.get(newer)).error).toBe('link_dead');
    expect((await inside.get('/owner/sites')).location).toBe('/owner/log-in');
    expect((await logIn(browser, email)).error).toBe('credentials');
    expect((await logIn(browser, email, 'Different2027')).location).toBe('/owner/sites');
    await browser.submit('/owner/forgot', { email });
    const last = await lastLink(email, 'reset', 3);
    await test.advance(3600);
    expect((await browser.get(last)).error).toBe('link_expired');
    const rows = (await test.ledger()).filter((row) => row.event === 'account.password_changed');
    expect(rows).toHaveLength(1);
  });

  it('C37: at most three reset mails an hour, and the page does not tell', async () => {
    const email = await account();
    const browser = browse();
    const pages = [];
    for (let count = 0; count < 5; count += 1)
      pages.push((await browser.submit('/owner/forgot', { email })).text);
    pages.push((await browser.submit('/owner/forgot', { email: 'nobody@example.org' })).text);
    expect(new Set(pages).size).toBe(1);
    await lastLink(email, 'reset', 3);
    await test.advance(3601);
    await browser.submit('/owner/forgot', { email });
    await lastLink(email, 'reset', 4);
    const sent = (await test.mails(email)).filter((mail) => mail.kind === 'reset');
    expect(sent).toHaveLength(4);
    expect(await test.mails('nobody@example.org')).toEqual([]);
  });

  it('C37: no page tells whether an address has an account', async () => {
    const email = await account();
    const browser = browse();
    const signUps = [];
    for (const one of [email, 'stranger@example.org']) {
      const answer = await browser.submit('/owner/sign-up', { full_name: 'X', email: one, language: 'en' });
      signUps.push([answer.status, answer.text]);
    }
    expect(signUps[0]).toEqual(signUps[1]);
    expect(await lastLink(email, 'account_exists')).toBe(`${test.url}/owner/log-in`);
    expect(await lastLink('stranger@example.org', 'confirm')).toContain('/owner/confirm/');
    const wrong = [];
    for (const one of [email, 'stranger@example.org']) {
      const answer = await logIn(browser, one, 'Wrong-2026');
      wrong.push([answer.status, answer.error, answer.text.replaceAll(one, '')]);
    }
    expect(wrong[0]).toEqual(wrong[1]);
    expect(wrong[0]?.slice(0, 2)).toEqual([401, 'credentials']);
  });

  it('C37: ten failures close an address for 15 minutes, account or not, until a reset', async () => {
    const email = await account();
    const browser = browse();
    for (const one of [email, 'nobody.else@example.org']) {
      const attempts = await Promise.all(
        Array.from({ length: 11 }, () => logIn(browse(), one, 'Wrong-2026')),
      );
      const statuses = attempts.map((attempt) => attempt.status).sort();
      expect(statuses).toEqual([...Array(10).fill(401), 429]);
      const closed = await logIn(browser, one.toUpperCase());
      expect([closed.status, closed.error]).toEqual([429, 'rate_limited']);
    }
    await browser.submit('/owner/forgot', { email });
    await setPassword(browser, await lastLink(email, 'reset'));
    expect((await logIn(browser, email)).status).toBe(303);
    await test.advance(15 * 60);
    expect((await logIn(browser, 'nobody.else@example.org')).status).toBe(401);
  }, 60_000);

  it('C37: cookie flags, a new session at each log-in, and log-out', async () => {
    const email = await account();
    const browser = browse();
    const answer = await logIn(browser, email);
    const line = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('owner_session='));
    expect(line).toMatch(/^owner_session=[\w-]{43}; HttpOnly; SameSite=Lax; Path=\/owner$/);
    const first = browser.cookies.get('owner_session');
    await logIn(browser, email);
    expect(browser.cookies.get('owner_session')).not.toBe(first);
    const page = await browser.get('/owner/sites');
    const old = await fetch(`${test.url}/owner/sites`, {
      headers: { cookie: `owner_session=${first}` },
      redirect: 'manual',
    });
    expect(old.status).toBe(303);
    const out = readForms(page.text).find((form) => form.action === '/owner/log-out');
    const gone = await browser.post('/owner/log-out', out?.hidden ?? {});
    expect([gone.status, gone.location]).toEqual([303, '/owner/log-in']);
    expect((await browser.get('/owner/sites')).location).toBe('/owner/log-in');
  });

  it('C36: forms of other pages are refused', async () => {
    const email = await account();
    const browser = browse();
    const credentials = { email, password: goodPassword };
    const none = await browser.post('/owner/log-in', credentials);
    expect([none.status, none.error]).toEqual([403, 'csrf']);
    const stranger = readForms((await browse().get('/owner/log-in')).text)[0]?.hidden ?? {};
    expect((await browser.post('/owner/log-in', { ...stranger, ...credentials })).error).toBe('csrf');
    const own = readForms((await browser.get('/owner/log-in')).text)[0]?.hidden ?? {};
    const elsewhere = { origin: 'http://evil.example.org' };
    expect((await browser.post('/owner/log-in', { ...own, ...credentials }, elsewhere)).error).toBe('csrf');
    expect((await browser.post('/owner/log-in', { ...own, ...credentials })).status).toBe(303);
    // A hidden field from before the log-in is no good after it.
    expect((await browser.post('/owner/log-out', own)).error).toBe('csrf');
  });

  it('C34: lets the installer in for 24 hours', async () => {
    const email = address();
    const site = await invitedSite(test, person, email);
    const browser = browse();
    await setPassword(browser, site.mail.links[0] ?? '');
    await release(person, site.id);
    await logIn(browser, email);
    const page = await browser.get('/owner/sites');
    const form = readForms(page.text).find((candidate) =>
      candidate.source.includes('name="installer_access"'),
    );
    const granted = await browser.post(form?.action ?? '', form?.hidden ?? {});
    expect([granted.status, granted.location]).toEqual([303, '/owner/sites']);
    const until = (await person.call('GET', `/installations/${site.id}`)).body.installer_access_until;
    expect(Math.abs(Date.parse(until) - (await test.now()) - 86_400_000)).toBeLessThan(5000);
    expect(await addLock(person, site.id)).toBeTruthy();
    const path = `/installations/${site.id}`;
    const renamed = await person.call('PATCH', path, { body: { customer_reference: 'New' } });
    expect(renamed.body.code).toBe('installation_released');
    await test.advance(86_400);
    const body = { customer_reference: 'Late', activation_code: 'FFEE01', communication_type: 'rf_net' };
    expect((await person.call('POST', `${path}/locks`, { body })).body.code).toBe('installation_released');
    const other = await account();
    await logIn(browser, other);
    const csrf = readForms((await browser.get('/owner/sites')).text)[0]?.hidden ?? {};
    expect((await browser.post(form?.action ?? '', csrf)).status).toBe(422);
    const rows = (await test.ledger(site.id)).filter((row) => row.event === 'access.granted');
    expect(rows).toHaveLength(1);
  });

  it('C29: a corrected address takes the links of the old one with it, reset links too', async () => {
    const email = address();
    const site = await invitedSite(test, person, email);
    const browser = browse();
    await browser.submit('/owner/forgot', { email });
    const reset = await lastLink(email, 'reset');
    const body = { email: address() };
    await person.call('PATCH', `/installations/${site.id}/invitations/${site.invitationId}`, { body });
    expect((await browser.get(site.mail.links[0] ?? '')).error).toBe('link_dead');
    expect((await browser.get(reset)).error).toBe('link_dead');
  });

  it('sends pages that nothing foreign can frame or script, and that leak no link', async () => {
    const page = await browse().get('/owner/log-in');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect(page.text).not.toContain('<script');
    expect(page.text).not.toContain(' style=');
  });

  it('escapes what installers and owners typed', async () => {
    const email = address();
    const owner = { full_name: '<img src=x onerror=alert(1)>', email, language: 'en' };
    const site = await createSite(person, { owner, customer_reference: '"><script>alert(1)</script>' });
    await addIq(person, site.id);
    await invite(person, site.id);
    const link = await lastLink(email, 'invitation');
    const browser = browse();
    const form = await browser.get(link);
    expect(form.text).not.toContain('<img');
    await setPassword(browser, link);
    await release(person, site.id);
    await logIn(browser, email);
    expect((await browser.get('/owner/sites')).text).not.toContain('<script');
    const mailbox = await fetch(`${test.url}/practice/mailbox`, { headers: { accept: 'text/html' } });
    const text = await mailbox.text();
    expect(text).not.toContain('<script');
    expect(text).toContain(`<a href="${link}">`);
  });
});
