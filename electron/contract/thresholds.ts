/** Below this a hub hears a lock too weakly to rely on (SIGNAL_WEAK), in dBm. */
export const weakSignalDbm = -82;
/** Below this share of its charge a lock's battery wants a new one soon (BATTERY_LOW), in percent. */
export const lowBatteryPercent = 20;
