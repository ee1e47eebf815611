const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in its two largest units: `42s`, `3m 10s`, `2h 5m`. */
export function formatDuration(ms: number): string {
  const duration = Math.max(0, ms);
  if (duration < MINUTE) return `${Math.floor(duration / SECOND)}s`;
  const [large, small, names] =
    duration < HOUR
      ? [MINUTE, SECOND, 'ms']
      : duration < DAY
        ? [HOUR, MINUTE, 'hm']
        : [DAY, HOUR, 'dh'];
  const rest = Math.floor((duration % large) / small);
  return `${Math.floor(duration / large)}${names[0]} ${rest}${names[1]}`;
}

/** The local time of day, as `14:05:09`. */
export function formatClock(date = new Date()): string {
  return date.toTimeString().slice(0, 8);
}
