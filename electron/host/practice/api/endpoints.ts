import { getMe } from './account.ts';
import type { Endpoint } from './call.ts';
import {
  addDevice,
  deleteDevices,
  forceDetachLock,
  getIqStatus,
  listDevices,
  updateDevice,
} from './devices.ts';
import { uploadDocument } from './documents.ts';
import {
  createInstallation,
  getInstallation,
  listInstallations,
  updateInstallation,
} from './installations.ts';
import {
  correctInvitation,
  inviteOwner,
  listInvitations,
  releaseInstallation,
  resendInvitation,
} from './invitations.ts';
import { getVoucher, redeemVoucher } from './subscription.ts';
import { getTree, replaceTree } from './trees.ts';

/** Every call of openapi.yaml by its `operationId`. */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  getMe,
  listInstallations,
  createInstallation,
  getInstallation,
  updateInstallation,
  listIqs: listDevices('iq'),
  addIq: addDevice('iq'),
  deleteIqs: deleteDevices('iq'),
  updateIq: updateDevice('iq'),
  getIqStatus,
  getTree,
  replaceTree,
  listRepeaters: listDevices('repeater'),
  addRepeater: addDevice('repeater'),
  deleteRepeaters: deleteDevices('repeater'),
  updateRepeater: updateDevice('repeater'),
  listLocks: listDevices('lock'),
  addLock: addDevice('lock'),
  deleteLocks: deleteDevices('lock'),
  updateLock: updateDevice('lock'),
  forceDetachLock,
  getVoucher,
  redeemVoucher,
  listInvitations,
  inviteOwner,
  correctInvitation,
  resendInvitation,
  releaseInstallation,
  uploadDocument,
};
