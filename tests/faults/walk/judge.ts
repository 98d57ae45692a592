import { CHILDREN, FACTORY_VERSION, type Facts, HUB, nameOf, type WalkedSite } from './site.ts';

/** What an undisturbed run of the same work showed. */
export interface Undisturbed {
  /** Everything that the hub was for good at some time. */
  readonly hubStates: ReadonlySet<string>;
  readonly end: Facts;
  /** By MAC and command. */
  readonly writes: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

const HALF = 'commission.half_attached';
const ATTACHED: ReadonlySet<string> = new Set(['attached', 'tested']);
/** The writes that must not be given twice. */
const COUNTED = ['network', 'tree', 'attach', 'join'];
/** What may be asked once more and changes nothing: a ticket that was lost on its way (A47). */
const HARMLESS: Readonly<Record<string, number>> = { attach: 1 };

/**
 * After a fault: each device is as before or finished, the store claims nothing that the devices do not say, and what
 * is in doubt was told. Gives what does not hold.
 */
export function judgeDevices(site: WalkedSite, { hubStates, end }: Undisturbed): string | undefined {
  const { laptop } = site;
  const facts = site.facts();
  if (facts.armed) return 'a device is still armed';
  if (!hubStates.has(facts.hub)) return `the hub is what it never was: ${facts.hub}`;
  const toldHalf = laptop.told.includes(HALF);
  for (const mac of CHILDREN) {
    const sides = facts.children.get(mac);
    const isAttached = ATTACHED.has(laptop.planned(mac).state);
    if (sides === 'half' && !toldHalf) return `${nameOf(mac)} is half attached; told: ${said(site)}`;
    // A lock may have left before the store heard that its hub let it go.
    const mayLag = end.children.get(mac) !== 'whole' && said(site) !== 'nothing';
    if (isAttached && sides !== 'whole' && !mayLag)
      return `the store takes ${nameOf(mac)} for attached; it is ${sides}`;
    if (!isAttached && sides === 'whole' && !toldHalf)
      return `${nameOf(mac)} is attached, the store does not know; told: ${said(site)}`;
  }
  const hub = laptop.planned(HUB);
  if (hub.state !== 'code_captured' && !facts.hasTime)
    return 'the store takes the hub for paired; it has no time';
  const hasNetwork = facts.network === end.network;
  if (hub.networkProven && !hasNetwork) return 'the store takes the network for proven; the hub has none';
  if (!hub.networkProven && hasNetwork && said(site) === 'nothing')
    return 'the hub has its network, the store does not know, and nothing was told';
  return judgeFirmware(site, facts, end);
}

/** Each runs the old or the new; what is on trial or to be tried was told, for its boot loader will go back. */
function judgeFirmware(site: WalkedSite, facts: Facts, end: Facts): string | undefined {
  for (const [mac, runs] of facts.firmware) {
    const wanted = end.firmware.get(mac) ?? '';
    const isOpen = runs !== FACTORY_VERSION && runs !== wanted;
    if (isOpen && said(site) === 'nothing') return `${nameOf(mac)} runs ${runs}, and nothing was told`;
    if (site.laptop.planned(mac).firmware === wanted && runs !== wanted)
      return `the store takes ${nameOf(mac)} for updated; it runs ${runs}`;
  }
  return undefined;
}

/** What a run is given to begin with. */
export interface Start {
  readonly facts: Facts;
  readonly writes: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** Where the site stands before a run. */
export function startOf(site: WalkedSite): Start {
  return { facts: site.facts(), writes: writesOf(site) };
}

/** After the run that followed: everything is finished, and nothing was written that a device had already. */
export function judgeEnd(site: WalkedSite, start: Start, { end, writes }: Undisturbed): string | undefined {
  if (site.laptop.told.length > 0) return `the second run ends with ${said(site)}`;
  const facts = site.facts();
  if (facts.armed) return 'a device is still armed after the second run';
  if (facts.hub !== end.hub) return `the second run left the hub as ${facts.hub}`;
  for (const mac of CHILDREN) {
    const sides = facts.children.get(mac);
    if (sides !== end.children.get(mac)) return `${nameOf(mac)} is attached as ${sides} after the second run`;
  }
  for (const [mac, runs] of facts.firmware) {
    if (runs !== end.firmware.get(mac)) return `${nameOf(mac)} runs ${runs} after the second run`;
    // Unknown where a later run found everything done, and had nothing to ask the device.
    const known = site.laptop.planned(mac).firmware ?? runs;
    if (known !== runs) return `the store has ${nameOf(mac)} with firmware ${known}; it runs ${runs}`;
  }
  for (const [mac, stored] of facts.stored)
    if (stored !== end.stored.get(mac))
      return `the store has ${nameOf(mac)} as ${stored} after the second run`;
  return writtenTwice(site, start, end) ?? writtenTooOften(site, writes);
}

/** In the second run: only to those who were not finished. */
function writtenTwice(site: WalkedSite, { facts, writes: before }: Start, end: Facts): string | undefined {
  const now = writesOf(site);
  const newly = (mac: string, command: string) =>
    (now.get(mac)?.[command] ?? 0) - (before.get(mac)?.[command] ?? 0);
  const open = CHILDREN.filter((mac) => facts.children.get(mac) !== end.children.get(mac)).length;
  const most: Readonly<Record<string, number>> = {
    tree: facts.hub === end.hub ? 0 : Math.max(1, open),
    attach: open,
  };
  for (const command of ['tree', 'attach'])
    if (newly(HUB, command) > (most[command] ?? 0))
      return `the second run wrote ${command} ${newly(HUB, command)} times`;
  for (const [mac, runs] of facts.firmware)
    if (runs === end.firmware.get(mac) && newly(mac, 'image_upload') > 0)
      return `the second run sent ${nameOf(mac)} the firmware that it runs`;
  for (const mac of CHILDREN) {
    const most = facts.members.has(mac) ? 0 : 1;
    if (newly(mac, 'join') > most)
      return `the second run let ${nameOf(mac)} join ${newly(mac, 'join')} times`;
  }
  return undefined;
}

/** Over both runs: once, and once more for each time that the device went back to what it was. */
function writtenTooOften(site: WalkedSite, undisturbed: Undisturbed['writes']): string | undefined {
  for (const device of site.site.devices) {
    const { mac } = device.description;
    for (const command of COUNTED) {
      const most = (undisturbed.get(mac)?.[command] ?? 0) + site.rollBacks(device) + (HARMLESS[command] ?? 0);
      const written = device.writes[command] ?? 0;
      if (written > most)
        return `${nameOf(mac)}: ${command} was written ${written} times, at most ${most} is right`;
    }
  }
  return undefined;
}

/** Writes that took effect, by MAC and command. */
export function writesOf({ site }: WalkedSite): ReadonlyMap<string, Readonly<Record<string, number>>> {
  return new Map(site.devices.map((device) => [device.description.mac, { ...device.writes }]));
}

function said({ laptop }: WalkedSite): string {
  return laptop.told.join(', ') || 'nothing';
}
