/** A body is read to its end for as long as that is cheaper than a new connection. */
const MOST_BYTES = 128 * 1024;
const LONGEST_MS = 1000;

/**
 * Gets rid of a response that nobody will read.
 *
 * Its connection is busy until the body was read, and closed if it is cancelled: so a short body is
 * read, and one that is long, or slow to come, is cancelled. Leaves alone what somebody reads. Never
 * rejects.
 */
export async function drainResponse(response: Response | undefined): Promise<void> {
  const body = response?.body;
  if (!body || body.locked) return;
  const reader = body.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, LONGEST_MS);
  timer.unref();
  try {
    for (let bytes = 0; bytes <= MOST_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await cancel();
  } catch {
    // The connection broke, or the call was cancelled: gone, all the same.
  } finally {
    clearTimeout(timer);
  }
}
