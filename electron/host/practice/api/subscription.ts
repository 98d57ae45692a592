import type { Cloud } from '../cloud.ts';
import { appendLedger } from '../ledger.ts';
import { ApiProblem } from '../problem.ts';
import type { Endpoint } from './call.ts';
import {
  type InstallationRow,
  readInstallation,
  subscriptionView,
  touchInstallation,
} from './installation-view.ts';

interface Voucher {
  readonly code: string;
  readonly plan: 'lite' | 'pro';
  readonly seats: number;
  readonly state: 'available' | 'redeemed' | 'expired';
}

const validDays = 365;
const dayMs = 86_400_000;

/** What a code is worth; `null` if there is no such voucher (C19). */
function readVoucher(cloud: Cloud, code: string): Voucher | null {
  const parts = /^(LITE|PRO)-([1-9][0-9]{0,3})-([0-9A-Z]{1,12})$/.exec(code);
  if (!parts) return null;
  const isRedeemed =
    cloud.store.get('SELECT redeemed_at FROM vouchers WHERE voucher_code = ?', code) !== undefined;
  return {
    code,
    plan: parts[1] === 'PRO' ? 'pro' : 'lite',
    seats: Number(parts[2]),
    state: isRedeemed ? 'redeemed' : code.endsWith('X') ? 'expired' : 'available',
  };
}

export const getVoucher: Endpoint = {
  handle(cloud, call) {
    const voucher = readVoucher(cloud, call.path.voucher_code ?? '');
    if (!voucher) throw new ApiProblem('not_found');
    const { code, plan, seats, state } = voucher;
    return {
      status: 200,
      body: { voucher_code: code, plan, seats, valid_days: validDays, voucher_state: state },
    };
  },
};

/** Redeems or renews, before and after the release (C19). */
export const redeemVoucher: Endpoint = {
  handle(cloud, call) {
    const id = call.path.installation_id ?? '';
    const installation = readInstallation(cloud, id, call.now);
    const voucher = readVoucher(cloud, (call.body as { voucher_code: string }).voucher_code);
    if (!voucher) throw new ApiProblem('voucher_unknown');
    const isInForce = installation.voucher_code === voucher.code && call.now < installation.ends_at;
    if (!isInForce) {
      if (voucher.state !== 'available') throw new ApiProblem('voucher_unusable');
      redeem(cloud, installation, voucher, call.now);
      appendLedger(cloud.store, {
        at: call.now,
        event: 'subscription.redeemed',
        installationId: id,
        subjectId: id,
        key: call.key,
        detail: { voucher_code: voucher.code, plan: voucher.plan, seats: voucher.seats },
      });
    }
    return { status: 200, body: subscriptionView(readInstallation(cloud, id, call.now), call.now) };
  },
};

/** What was left of the old voucher is carried over, in whole seconds of the new number of seats. */
function redeem(cloud: Cloud, installation: InstallationRow, voucher: Voucher, now: number): void {
  const leftMs = installation.voucher_code === null ? 0 : Math.max(0, installation.ends_at - now);
  const carriedSeconds = Math.floor((leftMs * installation.seats) / voucher.seats / 1000);
  cloud.store.insert('vouchers', {
    voucher_code: voucher.code,
    installation_id: installation.id,
    redeemed_at: now,
  });
  cloud.store.run('DELETE FROM subscriptions WHERE installation_id = ?', installation.id);
  cloud.store.insert('subscriptions', {
    installation_id: installation.id,
    voucher_code: voucher.code,
    plan: voucher.plan,
    seats: voucher.seats,
    starts_at: now,
    ends_at: now + validDays * dayMs + carriedSeconds * 1000,
  });
  touchInstallation(cloud, installation.id, now);
}
