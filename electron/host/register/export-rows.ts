import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import { exportedText } from './cell-text.ts';
import { type Column, columns } from './columns.ts';

type Cells = Partial<Record<Column, string>>;

/**
 * The rows of a site: its own data first, then one per device, parents before children. Activation codes stay blank,
 * which on import keeps what is stored (product.md, Formats).
 */
export function exportRows(site: SiteRecord, devices: readonly DeviceRecord[]): string[][] {
  const nameOf = new Map(devices.map(({ id, name }) => [id, name]));
  const own: Cells = {
    site: site.name,
    business_type: site.businessType,
    country: site.country,
    time_zone: site.timeZone,
    street: site.address.street,
    postcode: site.address.postcode,
    city: site.address.city,
    owner_name: site.owner.fullName,
    owner_email: site.owner.email,
    owner_language: site.owner.language,
    voucher: site.voucher,
    tenant: site.tenant,
    notes: site.notes,
  };
  const below = devices.map(
    (device): Cells => ({
      site: site.name,
      device: device.name,
      parent: nameOf.get(device.parentId ?? '') ?? '',
      kind: device.kind,
      model: device.model ?? '',
      radio: device.radio ?? '',
      mac: device.mac ?? '',
      door: device.door,
      floor: device.floor,
      notes: device.notes,
    }),
  );
  return [own, ...below].map((cells) => columns.map((column) => exportedText(column, cells[column] ?? '')));
}
