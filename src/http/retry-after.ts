/** The three forms of an HTTP date (RFC 9110, 5.6.7); `Date.parse` accepts many others. */
const DATE_FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT
  /^[A-Za-z]{3,9}, \d{2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/,
  // Sun Nov  6 08:49:37 1994, without zone: GMT
  /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/** A comma between values, but not the comma after the day of a date. */
const SEPARATOR = /(?<!\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*),/;

/**
 * Parses `Retry-After`: the delay that a server asks for, in milliseconds, 0 or more and without upper
 * limit. `undefined` without the header, or if it is invalid.
 *
 * Accepts fractions, which the RFC does not have; the longest of several values counts. A date counts
 * from the `Date` of the response if there is one, so that clocks need not agree.
 */
export function parseRetryAfter(headers: Headers, now = Date.now()): number | undefined {
  const header = headers.get('retry-after');
  if (header === null) return undefined;
  const serverNow = parseDate(headers.get('date') ?? '') ?? now;
  const delays = header
    .split(SEPARATOR)
    .map((value) => parseDelay(value.trim(), serverNow))
    .filter((delay) => delay !== undefined);
  return delays.length === 0 ? undefined : Math.max(...delays);
}

function parseDelay(value: string, now: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = parseDate(value);
  return date === undefined ? undefined : Math.max(0, date - now);
}

function parseDate(value: string): number | undefined {
  if (!DATE_FORMS.some((form) => form.test(value))) return undefined;
  const date = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(date) ? undefined : date;
}
