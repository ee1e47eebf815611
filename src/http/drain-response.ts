/** Larger or slower bodies are cancelled, as a new connection is cheaper than reading them. */
const MAX_BYTES = 128 * 1024;
const MAX_MS = 1000;

/**
 * Discards a response so that its connection can be reused: reads a body of at most 128 KiB that
 * arrives within 1 s, and cancels any other body, which closes the connection. Ignores a body that is
 * being read. Never rejects.
 */
export async function drainResponse(response: Response | undefined): Promise<void> {
  const body = response?.body;
  if (!body || body.locked) return;
  const reader = body.getReader();
  const cancel = () => reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, MAX_MS);
  timer.unref();
  try {
    for (let bytes = 0; bytes <= MAX_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await cancel();
  } catch {
    // The connection is closed already.
  } finally {
    clearTimeout(timer);
  }
}
