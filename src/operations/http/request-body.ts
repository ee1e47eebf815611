import { Problem } from '../responses/problem.ts';

/** Time for a client to send the body. */
const BODY_TIMEOUT_MS = 5000;

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * Reads the fields of a small JSON body; an empty body has none.
 *
 * @param limit in bytes
 * @throws Problem if the body is invalid, too large or too slow
 */
export async function parseFields(
  request: Request,
  limit: number,
): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get('content-type');
  if (type !== null && !JSON_TYPE.test(type)) throw unsupportedType();
  const text = await readText(request, limit);
  if (text.trim() === '') return {};
  if (type === null) throw unsupportedType();
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, 'The body must be a JSON object, such as {"reason":"maintenance"}.');
  }
  // Without a prototype, a polluted `Object.prototype` cannot add fields.
  return Object.assign(Object.create(null), value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'The body must be JSON, such as {"reason":"maintenance"}.');
  }
}

async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Problem(413, `The body must have at most ${limit} bytes.`);
  const length = request.headers.get('content-length');
  if (Number(length) > limit) throw tooLarge();
  if (length === '0') return '';
  // A chunked body has no length; a `Request` that was created in this process has neither header.
  const hasBody = length !== null || request.headers.has('transfer-encoding') || request.bodyUsed;
  const reader = readerOf(request);
  if (reader === undefined) {
    if (hasBody) throw unreadable();
    return '';
  }
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Problem(408, 'The body did not arrive in time.')),
      BODY_TIMEOUT_MS,
    );
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timeout]);
      if (done && hasBody && size === 0) throw unreadable();
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

function unsupportedType(): Problem {
  return new Problem(415, 'The body must have the header `Content-Type: application/json`.');
}

function unreadable(): Problem {
  return new Problem(
    400,
    'The body could not be read. If a framework has parsed it already, mount these routes before its parser.',
  );
}
