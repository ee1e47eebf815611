/** How the three forms of an HTTP date look (RFC 9110, 5.6.7); `Date.parse` alone takes anything. */
const DATES = [
  // Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT
  /^[A-Za-z]{3,9}, \d{2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/,
  // Sun Nov  6 08:49:37 1994: of no zone, and so GMT
  /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/** Where one value of several ends: a comma, but for that which follows the day of a date. */
const SEPARATOR = /(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),/;

/**
 * How long a server asks to be left alone, in seconds from now: never negative, perhaps absurdly
 * long. `undefined` where it does not say, or says nothing that can be understood.
 *
 * Fractions are taken, though the RFC has none; of several values the longest counts. A date is
 * compared with the server's own, where it sent one, so that it does not matter whose clock is wrong.
 */
export function retryAfterSeconds(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const clock = dateOf(headers.get('date') ?? '') ?? now;
  const waits = value
    .split(SEPARATOR)
    .map((each) => secondsOf(each.trim(), clock))
    .filter((each) => each !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function secondsOf(value: string, clock: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = dateOf(value);
  return date === undefined ? undefined : Math.max(0, (date - clock) / 1000);
}

function dateOf(value: string): number | undefined {
  if (!DATES.some((form) => form.test(value))) return undefined;
  const date = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(date) ? undefined : date;
}
