import { lowBatteryPercent, weakSignalDbm } from '../../electron/contract/thresholds.ts';

/** Segments of a ruler for signal or battery. */
export const RULER_SEGMENTS = 10;

/** How many of ten segments a signal of `rssi` dBm lights: ten from -47 upwards, none below -98. */
export function litForSignal(rssi: number): number {
  return Math.min(RULER_SEGMENTS, Math.max(0, Math.round((rssi + 96) / 5)));
}

/** Whether a signal of `rssi` dBm is too weak to rely on. */
export function isWeakSignal(rssi: number): boolean {
  return rssi < weakSignalDbm;
}

/** Whether a battery of `percent` wants a new one soon. */
export function isLowBattery(percent: number): boolean {
  return percent < lowBatteryPercent;
}

/** How many of ten segments a battery of `percent` lights; a battery that is not empty lights one. */
export function litForBattery(percent: number): number {
  if (percent <= 0) return 0;
  return Math.min(RULER_SEGMENTS, Math.max(1, Math.round(percent / RULER_SEGMENTS)));
}

export interface Segment {
  /** Left edge and width, in the ruler's own pixels. */
  readonly x: number;
  readonly width: number;
}

/** Cuts a ruler of `width` pixels into `count` equal segments with `gap` pixels between them. */
export function segments(count: number, width: number, gap: number): Segment[] {
  const each = (width - gap * (count - 1)) / count;
  return Array.from({ length: count }, (_, index) => ({
    x: round(index * (each + gap)),
    width: round(each),
  }));
}

/** The width that `part` of `whole` takes on a ruler of `width` pixels. */
export function share(part: number, whole: number, width: number): number {
  if (whole <= 0) return 0;
  return round((Math.min(part, whole) / whole) * width);
}

/** Minutes and seconds, as `1:48`; never below nought. */
export function clockText(leftMs: number): string {
  const seconds = Math.max(0, Math.round(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A whole number with a true minus, as it is read on an instrument: `−61`. */
export function signed(value: number): string {
  return value < 0 ? `−${Math.abs(Math.round(value))}` : String(Math.round(value));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
