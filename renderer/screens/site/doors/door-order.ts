import { type Device, doorChecks } from '../../../../electron/contract/model.ts';
import { inTreeOrder } from '../hardware/tree.ts';

/** The doors of a site, in the order of the tree: the order in which one walks. */
export function doorsInOrder(devices: readonly Device[]): Device[] {
  return inTreeOrder(devices).filter((device) => device.kind === 'lock');
}

/** Whether nothing is left to do at a door. */
export function isTested(door: Device): boolean {
  return door.state === 'tested';
}

/** How many of the seven checks passed when they were last made. */
export function passedChecks(door: Device): number {
  return doorChecks.filter((check) =>
    door.checks.some((each) => each.check === check && each.result === 'passed'),
  ).length;
}

/** The door that comes after `current`: the next that is not tested, from there round to the beginning. */
export function nextDoor(doors: readonly Device[], current: string | null): Device | undefined {
  const at = doors.findIndex((door) => door.id === current);
  const round = [...doors.slice(at + 1), ...doors.slice(0, Math.max(0, at))];
  return round.find((door) => !isTested(door));
}

/** The door before `current` in the order of the tree. */
export function doorBefore(doors: readonly Device[], current: string): Device | undefined {
  const at = doors.findIndex((door) => door.id === current);
  return at > 0 ? doors[at - 1] : undefined;
}

/** The door to begin with: the first that can be tested, else the first that is not tested, else the first. */
export function firstDoor(doors: readonly Device[]): Device | undefined {
  return doors.find((door) => door.state === 'attached') ?? doors.find((door) => !isTested(door)) ?? doors[0];
}
