import { Turns } from '../../shared/event-loop-turns.ts';
import { shareRuns } from './shared-run.ts';

/** Text is encoded and sent in pieces of this many characters. */
const PIECE = 16_384;

/**
 * An object as JSON, in pieces. Its members are read and written one by one, in turns.
 *
 * @param members have values that JSON has
 * @param seen is called with each value
 */
export async function* jsonInTurns<T>(
  members: Iterable<readonly [name: string, value: T]>,
  seen: (value: T) => void = () => {},
): AsyncGenerator<string> {
  let text = '{';
  let separator = '';
  const turns = new Turns();
  for (const [name, value] of members) {
    seen(value);
    text += `${separator}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    separator = ',';
    if (text.length >= PIECE) {
      yield text;
      text = '';
    }
    if (turns.isOver) await turns.next();
  }
  yield `${text}}`;
}

/**
 * Bodies of a long list. However many ask for it at once, it is read once more.
 *
 * @param write the list, from what is now
 */
export function jsonListBody(write: () => AsyncIterable<string>): () => Promise<ReadableStream> {
  const pieces = shareRuns(async () => {
    const encoder = new TextEncoder();
    const all: Uint8Array[] = [];
    for await (const text of write()) all.push(encoder.encode(text));
    return all;
  });
  return async () => streamOf(await pieces());
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream {
  const rest = pieces.values();
  const turns = new Turns();
  return new ReadableStream({
    async pull(controller) {
      if (turns.isOver) await turns.next();
      const { done, value } = rest.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
