import { Problem } from './problem.ts';

/** Time that a client has to send it all. */
const PATIENCE_MS = 5000;

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * The fields of a small JSON body; none of an empty one.
 *
 * @throws Problem
 */
export async function parseFields(
  request: Request,
  limit: number,
): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get('content-type');
  if (type !== null && !JSON_TYPE.test(type)) throw unsupported();
  const text = await textOf(request, limit);
  if (text.trim() === '') return {};
  if (type === null) throw unsupported();
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, 'The body must be a JSON object, such as {"reason":"maintenance"}.');
  }
  // Without members that a polluted `Object.prototype` would add.
  return Object.assign(Object.create(null), value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'The body must be JSON, such as {"reason":"maintenance"}.');
  }
}

async function textOf(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Problem(413, `The body must have ${limit} bytes at most.`);
  const length = request.headers.get('content-length');
  if (Number(length) > limit) throw tooLarge();
  if (length === '0') return '';
  // One that comes in chunks has no length, and one that never was on a wire has no header at all.
  const announced = length !== null || request.headers.has('transfer-encoding') || request.bodyUsed;
  const reader = readerOf(request);
  if (reader === undefined) {
    if (announced) throw unreadable();
    return '';
  }
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Problem(408, 'The body did not come in time.')),
      PATIENCE_MS,
    );
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), impatience]);
      if (done && announced && size === 0) throw unreadable();
      if (done) return new TextDecoder().decode(Buffer.concat(chunks));
      size += value.byteLength;
      if (size > limit) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error instanceof Problem ? error : unreadable();
  } finally {
    clearTimeout(timer);
  }
}

function readerOf(request: Request): ReadableStreamDefaultReader<Uint8Array> | undefined {
  try {
    return request.body?.getReader();
  } catch {
    throw unreadable();
  }
}

function unsupported(): Problem {
  return new Problem(415, 'The body must come as `Content-Type: application/json`.');
}

function unreadable(): Problem {
  return new Problem(
    400,
    'The body could not be read. Where a framework has read it already, mount these routes before its parser.',
  );
}
