import { Turns } from '../../shared/event-loop-turns.ts';
import { shareRuns } from './shared-run.ts';

/** Characters of a chunk. */
const CHUNK_LENGTH = 16_384;

/**
 * Writes an object as JSON in chunks, member by member, and yields to the event loop in between.
 *
 * @param onValue is called with each value
 */
export async function* writeJsonObject<T>(
  members: Iterable<readonly [name: string, value: T]>,
  onValue: (value: T) => void = () => {},
): AsyncGenerator<string> {
  let text = '{';
  let separator = '';
  const turns = new Turns();
  for (const [name, value] of members) {
    onValue(value);
    text += `${separator}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    separator = ',';
    if (text.length >= CHUNK_LENGTH) {
      yield text;
      text = '';
    }
    if (turns.isOver) await turns.next();
  }
  yield `${text}}`;
}

/**
 * Creates response bodies of a long list. Concurrent requests share one run of `write`.
 *
 * @param write writes the present list
 */
export function createListBody(write: () => AsyncIterable<string>): () => Promise<ReadableStream> {
  const readChunks = shareRuns(async () => {
    const encoder = new TextEncoder();
    const chunks: Uint8Array[] = [];
    for await (const text of write()) chunks.push(encoder.encode(text));
    return chunks;
  });
  return async () => toStream(await readChunks());
}

function toStream(chunks: readonly Uint8Array[]): ReadableStream {
  const iterator = chunks.values();
  const turns = new Turns();
  return new ReadableStream({
    async pull(controller) {
      if (turns.isOver) await turns.next();
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
