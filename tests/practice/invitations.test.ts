import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addIq,
  addLock,
  createSite,
  finish,
  invite,
  invitedSite,
  type Person,
  release,
  rules,
  startTestCloud,
  type TestCloud,
  waitFor,
} from './support/cloud.ts';
import { openBrowser, setPassword } from './support/owner.ts';

describe('invitation, mail and release', () => {
  let test: TestCloud;
  let person: Person;
  let people = 0;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
  });
  afterAll(() => test.close());

  const address = (start = 'owner') => {
    people += 1;
    return `${start}.${people}@example.org`;
  };
  const read = async (siteId: string) =>
    (await person.call('GET', `/installations/${siteId}/invitations`)).body.items[0];
  const waitForState = (siteId: string, state: string) =>
    waitFor(async () => {
      const invitation = await read(siteId);
      return invitation?.invitation_state === state ? invitation : undefined;
    });
  const resend = (siteId: string, id: string) =>
    person.call('POST', `/installations/${siteId}/invitations/${id}/resend`);
  const correct = (siteId: string, id: string, email: string) =>
    person.call('PATCH', `/installations/${siteId}/invitations/${id}`, { body: { email } });
  const events = async (siteId: string) =>
    (await test.ledger(siteId)).map((row) => row.event).filter((event) => event.startsWith('invitation.'));

  it('C26 invites once, and only with the counts that are registered', async () => {
    const email = address();
    const site = await createSite(person, { owner: { full_name: 'Ann', email, language: 'en' } });
    await addIq(person, site.id);
    await addLock(person, site.id);
    const early = await invite(person, site.id, 3);
    expect([early.status, early.body.code]).toEqual([409, 'registration_incomplete']);
    expect(rules(early)).toEqual(['const@/expected/locks']);
    const none = await person.call('POST', `/installations/${site.id}/invitations`, {
      body: finish(1, 0, 0),
    });
    expect(rules(none)).toEqual(['minimum@/expected/iqs']);
    const first = await invite(person, site.id, 1);
    expect(first.body).toMatchObject({ email, language: 'en', mails_sent: 0, accepted_at: null });
    expect(['queued', 'sent']).toContain(first.body.invitation_state);
    const second = await invite(person, site.id, 1);
    expect([second.body.code, second.body.existing_id]).toEqual(['invitation_exists', first.body.id]);
    await test.waitForMails(email, 1);
  });

  it('C27 sends one mail over SMTP; the link lives 72 hours from then', async () => {
    const email = address();
    const before = test.cloud.smtpDeliveries();
    const site = await invitedSite(test, person, email, 'de');
    const invitation = await waitForState(site.id, 'sent');
    expect(test.cloud.smtpDeliveries()).toBe(before + 1);
    expect(invitation).toMatchObject({ mails_sent: 1 });
    expect(Date.parse(invitation.expires_at) - Date.parse(invitation.sent_at)).toBe(72 * 3_600_000);
    expect(site.mail).toMatchObject({
      to: email,
      kind: 'invitation',
      subject: 'Einladung zu Harbour Offices',
    });
    expect(site.mail.links[0]).toMatch(new RegExp(`^${test.url}/owner/invitation/[\\w-]{43}$`));
    expect(site.mail.html).toContain(site.mail.links[0]);
    expect(site.mail.text).toContain(site.site_uid);
    expect(await events(site.id)).toEqual(['invitation.created', 'invitation.sent']);
    const end = (Date.parse(invitation.expires_at) - (await test.now())) / 1000;
    await test.advance(Math.floor(end) - 1);
    expect((await read(site.id)).invitation_state).toBe('sent');
    await test.advance(2);
    const expired = await read(site.id);
    expect(expired).toMatchObject({ invitation_state: 'expired', expires_at: invitation.expires_at });
    const shown = (await person.call('GET', `/installations/${site.id}`)).body;
    expect(shown.updated_at).toBe(invitation.expires_at);
  });

  it('C27 writes in five languages, escapes names and lets nobody into the headers', async () => {
    const subjects = new Set<string>();
    for (const language of ['en', 'es', 'de', 'fr', 'nl']) {
      const email = address();
      const owner = { full_name: '<b>"Zoë" & Ağa</b>', email, language };
      const site = await createSite(person, { owner, customer_reference: 'Кафе "Bcc: x@y" <i>ü</i>' });
      await addIq(person, site.id);
      await invite(person, site.id);
      const [mail] = await test.waitForMails(email, 1);
      subjects.add(mail?.subject ?? '');
      expect(mail?.subject).toContain('Кафе "Bcc: x@y" <i>ü</i>');
      expect(mail?.to).toBe(email);
      expect(mail?.html).toContain('&lt;b&gt;&quot;Zoë&quot; &amp; Ağa&lt;/b&gt;');
      expect(mail?.html).not.toContain('<b>');
      expect(mail?.text).toContain('<b>"Zoë" & Ağa</b>');
    }
    expect(subjects.size).toBe(5);
    const owner = { full_name: 'Ann\r\nBcc: thief@example.org', email: address(), language: 'en' };
    const refused = await person.call('POST', '/installations', { body: { ...(await body()), owner } });
    expect(rules(refused)).toContain('pattern@/owner/full_name');
  });
  const body = async () => {
    const { id, site_uid, ...site } = (await person.call('GET', '/installations?$top=1')).body.items[0];
    const { customer_reference, business_type, country_code, time_zone, tenant_id, address: place } = site;
    return { customer_reference, business_type, country_code, time_zone, tenant_id, address: place };
  };

  it('C27 waits while mail is down, sends soon after, and survives a restart in between', async () => {
    await test.traps({ mail_down: true });
    const email = address();
    const site = await createSite(person, { owner: { full_name: 'Ann', email, language: 'en' } });
    await addIq(person, site.id);
    const invitation = await invite(person, site.id);
    expect(invitation.body).toMatchObject({ invitation_state: 'queued', expires_at: null, sent_at: null });
    const again = await resend(site.id, invitation.body.id);
    expect([again.status, again.body.invitation_state]).toEqual([200, 'queued']);
    await test.restart();
    expect(await test.mails(email)).toEqual([]);
    await test.clearTraps();
    await test.waitForMails(email, 1);
    await waitForState(site.id, 'sent');
    expect(await test.mails(email)).toHaveLength(1);
    expect(await events(site.id)).toEqual(['invitation.created', 'invitation.sent']);
  });

  it('C27 hands the same mail over twice after a crash, and the mailbox keeps one', async () => {
    const email = address();
    const site = await invitedSite(test, person, email);
    await waitForState(site.id, 'sent');
    const before = test.cloud.smtpDeliveries();
    // What a crash between SMTP's acceptance and the record of it leaves behind.
    await reopenMail(email);
    await waitFor(async () => (test.cloud.smtpDeliveries() > before ? true : undefined));
    const mails = await test.mails(email);
    expect(mails.map((mail) => mail.message_id)).toEqual([site.mail.message_id]);
    expect(test.cloud.smtpDeliveries()).toBe(before + 1);
  });
  const reopenMail = async (email: string) => {
    await test.cloud.close();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(`${test.dataDir}/practice.sqlite`);
    const content = JSON.stringify({ fullName: 'Ann', language: 'en', site: null, token: 'x'.repeat(43) });
    database.prepare("UPDATE mails SET state = 'waiting', content = ? WHERE to_key = ?").run(content, email);
    database.close();
    await test.restart();
  };

  it('C27 marks an address that SMTP refuses', async () => {
    const email = address('Bounce');
    const site = await createSite(person, { owner: { full_name: 'Ann', email, language: 'en' } });
    await addIq(person, site.id);
    await invite(person, site.id);
    const bounced = await waitForState(site.id, 'bounced');
    expect(bounced).toMatchObject({ mails_sent: 0, expires_at: null });
    expect((await release(person, site.id)).body.code).toBe('invitation_bounced');
    const right = address();
    const corrected = await correct(site.id, bounced.id, right);
    expect(corrected.body).toMatchObject({ id: bounced.id, email: right });
    await waitForState(site.id, 'sent');
    expect((await release(person, site.id)).status).toBe(200);
    expect(await events(site.id)).toEqual([
      'invitation.created',
      'invitation.bounced',
      'invitation.corrected',
      'invitation.sent',
    ]);
  });

  it('C28 resends: a new link, the old one dead, one mail', async () => {
    const email = address();
    const site = await invitedSite(test, person, email);
    const first = await waitForState(site.id, 'sent');
    await test.advance(73 * 3600);
    await resend(site.id, site.invitationId);
    const [, second] = await test.waitForMails(email, 2);
    const renewed = await waitForState(site.id, 'sent');
    expect(Date.parse(renewed.expires_at)).toBeGreaterThan(Date.parse(first.expires_at));
    expect(renewed.mails_sent).toBe(2);
    const browser = openBrowser(() => test.url);
    expect((await browser.get(site.mail.links[0] ?? '')).error).toBe('link_dead');
    expect((await browser.get(second?.links[0] ?? '')).status).toBe(200);
    await setPassword(browser, second?.links[0] ?? '');
    const closed = await resend(site.id, site.invitationId);
    expect([closed.status, closed.body.code]).toEqual([409, 'invitation_closed']);
  });

  it('C29 corrects: address and owner together, the queued mail withdrawn, the old address hears nothing', async () => {
    await test.traps({ mail_down: true });
    const [wrong, right] = [address(), address()];
    const site = await createSite(person, { owner: { full_name: 'Ann', email: wrong, language: 'en' } });
    await addIq(person, site.id);
    const { id } = (await invite(person, site.id)).body;
    expect((await correct(site.id, id, wrong.toUpperCase())).body.email).toBe(wrong);
    expect((await correct(site.id, id, right)).body.email).toBe(right);
    expect((await person.call('GET', `/installations/${site.id}`)).body.owner.email).toBe(right);
    await test.clearTraps();
    await test.waitForMails(right, 1);
    expect(await test.mails(wrong)).toEqual([]);
    expect((await waitForState(site.id, 'sent')).mails_sent).toBe(1);
    expect(await events(site.id)).toEqual(['invitation.created', 'invitation.corrected', 'invitation.sent']);
  });

  it('C18 closes the address with the invitation, name and language with its acceptance', async () => {
    const email = address();
    const site = await invitedSite(test, person, email, 'en');
    const patch = (owner: object) => person.call('PATCH', `/installations/${site.id}`, { body: { owner } });
    expect((await patch({ email: address() })).body.code).toBe('owner_email_locked');
    expect((await patch({ email: email.toUpperCase() })).status).toBe(200);
    expect((await patch({ language: 'fr' })).body.invitation.language).toBe('fr');
    await setPassword(
      openBrowser(() => test.url),
      site.mail.links[0] ?? '',
    );
    expect((await patch({ full_name: 'Someone else' })).body.code).toBe('invitation_closed');
    expect((await patch({ full_name: 'Ann van der Meer' })).status).toBe(200);
  });

  it('C30 and C31 tell an owner who has an account that a site is coming, without a form', async () => {
    const email = address();
    const first = await invitedSite(test, person, email);
    await setPassword(
      openBrowser(() => test.url),
      first.mail.links[0] ?? '',
    );
    const second = await createSite(person, {
      owner: { full_name: 'Ann', email: email.toUpperCase(), language: 'en' },
    });
    await addIq(person, second.id);
    const invitation = await invite(person, second.id);
    expect(invitation.body).toMatchObject({ invitation_state: 'account_exists', expires_at: null });
    const mails = await test.waitForMails(email, 2);
    expect(mails[1]).toMatchObject({ kind: 'account_exists', links: [`${test.url}/owner/log-in`] });
    const again = await resend(second.id, invitation.body.id);
    expect(again.body.invitation_state).toBe('account_exists');
    await test.waitForMails(email, 3);
    expect((await release(person, second.id)).status).toBe(200);
    const closed = await correct(second.id, invitation.body.id, address());
    expect(closed.body.code).toBe('invitation_closed');
  });

  it('C32 and C33 release once, after the invitation, with the counts as they are then', async () => {
    const email = address();
    const site = await createSite(person, { owner: { full_name: 'Ann', email, language: 'en' } });
    await addIq(person, site.id);
    expect((await release(person, site.id)).body.code).toBe('invitation_missing');
    await invite(person, site.id);
    const lockId = await addLock(person, site.id);
    expect((await release(person, site.id)).body.code).toBe('registration_incomplete');
    const mailsBefore = test.cloud.smtpDeliveries();
    const released = await release(person, site.id, 1);
    expect(released.body).toMatchObject({ installation_state: 'released', installer_access_until: null });
    await test.advance(60);
    const again = await release(person, site.id, 9);
    expect([again.status, again.body.released_at]).toEqual([200, released.body.released_at]);
    const path = `/installations/${site.id}`;
    const closed = [
      await person.call('PATCH', path, { body: { customer_reference: 'Late' } }),
      await person.call('PATCH', `${path}/locks/${lockId}`, { body: { customer_reference: 'Late' } }),
      await person.call('DELETE', `${path}/locks?ids=${lockId}`),
      await invite(person, site.id, 1),
    ];
    expect(closed.map((answer) => answer.body.code)).toEqual(Array(4).fill('installation_released'));
    const redeem = { voucher_code: 'PRO-5-REL1' };
    expect((await person.call('PUT', `${path}/subscription`, { body: redeem })).status).toBe(200);
    await test.waitForMails(email, 1);
    const { id } = await waitForState(site.id, 'sent');
    expect((await resend(site.id, id)).status).toBe(200);
    expect((await correct(site.id, id, address())).status).toBe(200);
    const rows = (await test.ledger(site.id)).filter((row) => row.event === 'installation.released');
    expect(rows).toHaveLength(1);
    expect(test.cloud.smtpDeliveries()).toBeGreaterThan(mailsBefore);
  });

  it('answers 404 for an invitation of another site', async () => {
    const site = await invitedSite(test, person, address());
    expect((await resend(site.id, randomUUID())).body.code).toBe('not_found');
  });
});
