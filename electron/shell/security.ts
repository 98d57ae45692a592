import type { IpcMainEvent, Session, WebContents } from 'electron';

/** The origin of the app's own files. */
export const appOrigin = 'doorstep://app';

/** What the page may ask of the system; everything else is denied. */
const permissions: readonly string[] = ['clipboard-sanitized-write'];

/** Whether an address is a page of the app. */
export function isOwnAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}` === appOrigin;
}

/** Whether a message comes from the app's own page in the window itself, not from a frame within it. */
export function isTrustedSender({ senderFrame }: Pick<IpcMainEvent, 'senderFrame'>): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOwnAddress(senderFrame.url);
}

/** Denies permissions and devices: hubs and locks are the host's, never the page's. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback) =>
    callback(permissions.includes(permission)),
  );
  session.setPermissionCheckHandler((_contents, permission) => permissions.includes(permission));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
}

/**
 * Keeps a window on the app's own pages. A link to elsewhere opens in the system's browser where that is allowed,
 * and nowhere else.
 */
export function keepInside(contents: WebContents, openExternal: (url: string) => void): void {
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
  contents.on('will-navigate', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
