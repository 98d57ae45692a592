import { type Cloud, linkLifetimeHours, passwordRule } from '../cloud.ts';
import type { Endpoint } from './call.ts';

/** The kinds of business that a site may have. */
export const businessTypes: readonly string[] = [
  'office',
  'hospitality',
  'retail',
  'residential',
  'healthcare',
  'education',
  'other',
];

/** What an IQ of a model carries (`IqLimits`). */
export interface IqLimits {
  readonly model: string;
  readonly locks_max: number;
  readonly repeaters_max: number;
  readonly repeater_depth_max: number;
  readonly repeater_branches_max: number;
  readonly blue_net_lock_beside_repeater: boolean;
}

/** For all models that are not named. */
export const commonLimits: IqLimits = {
  model: '*',
  locks_max: 16,
  repeaters_max: 6,
  repeater_depth_max: 3,
  repeater_branches_max: 2,
  blue_net_lock_beside_repeater: false,
};

export const getMe: Endpoint = {
  handle(cloud: Cloud, call) {
    const { company, id, full_name, email, role } = call.installer;
    return {
      status: 200,
      body: {
        installer: { id, full_name, email, role },
        company: { id: company.id, customer_reference: company.customer_reference },
        tenants: company.tenants,
        business_types: businessTypes,
        password_rule: passwordRule(cloud),
        link_lifetime_hours: linkLifetimeHours,
        limits: [commonLimits],
        lock_limits: {
          opening_time_seconds: { min: 1, max: 240 },
          audit_trail_days: { min: 1, max: 255 },
        },
      },
    };
  },
};
