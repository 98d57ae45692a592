import { ipcRenderer } from 'electron';
import { connectMessage, portMessage, refusedMessage } from '../contract/frame.ts';

/** Gives the page one thing: a MessagePort to the host, when it asks for it. */
window.addEventListener('message', ({ source, origin, data }) => {
  if (source === window && origin === location.origin && data === connectMessage)
    ipcRenderer.send(connectMessage);
});
ipcRenderer.on(portMessage, ({ ports }) => window.postMessage(portMessage, location.origin, [...ports]));
ipcRenderer.on(refusedMessage, (_event, problem) =>
  window.postMessage({ type: refusedMessage, problem }, location.origin),
);
