/** Hosts that Doorstep's pages and texts point to, beside the configured cloud. */
const knownHosts = ['saltoks.com', 'saltosystems.com'];

/**
 * Whether an address may be opened in the system's browser: https at the cloud or one of its maker's sites, or the
 * practice cloud's sign-in on this very machine (RFC 8252, 7.3).
 *
 * @param ownAddresses of the configured cloud and its sign-in
 */
export function isExternalAllowed(address: string, ownAddresses: readonly string[]): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'http:') return url.hostname === '127.0.0.1';
  if (url.protocol !== 'https:') return false;
  const hosts = [...knownHosts, ...ownAddresses.map((own) => new URL(own).hostname)];
  return hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
}
