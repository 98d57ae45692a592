import type { Protocol } from 'electron';
import { securityHeaders } from '../frame/content-security-policy.ts';
import type { RendererFile } from '../frame/renderer-files.ts';
import { isOwnAddress } from './security.ts';

const scheme = 'doorstep';

/** To be called before the app is ready: makes `doorstep://app` an origin like that of a site. */
export function registerScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Answers `doorstep://app/…` with the built screens and with nothing else. */
export function serveScheme(
  protocol: Protocol,
  findFile: (pathname: string) => RendererFile | undefined,
): void {
  protocol.handle(scheme, ({ url, method }) => {
    const file = method === 'GET' && isOwnAddress(url) ? findFile(new URL(url).pathname) : undefined;
    if (file === undefined) return new Response(null, { status: 404, headers: securityHeaders });
    return new Response(file.body, { headers: { ...securityHeaders, ...file.headers } });
  });
}
