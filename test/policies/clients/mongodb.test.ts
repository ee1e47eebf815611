import { createServer } from 'node:net';
import { BSON, MongoClient } from 'mongodb';
import { it } from 'vitest';
import {
  COUNTED,
  expectOutcomes,
  hangUpPort,
  IGNORED,
  listen,
  RETRIED,
  refusedPort,
  stalledPort,
} from './support.ts';

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg */
const OP_MSG = 2013;
/** Header, flags, and the kind of the section. */
const PREFIX = 21;

function reply(request: Buffer, document: object): Buffer {
  const body = BSON.serialize(document);
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeInt32LE(PREFIX + body.length, 0);
  prefix.writeInt32LE(request.readInt32LE(4), 8);
  prefix.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([prefix, body]);
}

const HELLO = {
  ok: 1,
  isWritablePrimary: true,
  helloOk: true,
  minWireVersion: 0,
  maxWireVersion: 25,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  readOnly: false,
};

/** A server that answers each command but `hello` with the document, hangs up, or does not answer. */
function serve(answer: object | 'hang up' | 'stall'): Promise<number> {
  return listen(
    createServer((socket) => {
      let received: Buffer = Buffer.alloc(0);
      socket.on('data', (data) => {
        received = Buffer.concat([received, data]);
        while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
          const request = received.subarray(0, received.readInt32LE(0));
          received = received.subarray(request.length);
          const command = BSON.deserialize(request.subarray(PREFIX));
          if ('hello' in command) socket.write(reply(request, HELLO));
          else if (answer === 'hang up') socket.destroy();
          else if (answer !== 'stall') socket.write(reply(request, answer));
        }
      });
    }),
  );
}

const callTo = (port: number) => async () => {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverApi: '1',
    serverSelectionTimeoutMS: 400,
    connectTimeoutMS: 300,
    socketTimeoutMS: 300,
    retryReads: false,
    retryWrites: false,
  });
  try {
    return await client.db('test').collection('items').insertOne({ a: 1 });
  } finally {
    await client.close();
  }
};

const failed = (code: number, codeName: string) =>
  serve({ ok: 0, code, codeName, errmsg: 'an error' });

it('classifies the errors of mongodb', async () => {
  const duplicate = { index: 0, code: 11000, errmsg: 'E11000 duplicate key error' };
  await expectOutcomes('database', {
    refused: [callTo(await refusedPort()), /MongoServerSelectionError/, RETRIED],
    'hung up': [callTo(await hangUpPort()), /MongoServerSelectionError/, RETRIED],
    stalled: [callTo(await stalledPort()), /MongoServerSelectionError/, RETRIED],
    'hung up in a command': [callTo(await serve('hang up')), /MongoNetworkError/, RETRIED],
    'not answered': [callTo(await serve('stall')), /MongoNetworkTimeoutError/, RETRIED],
    'no primary': [callTo(await failed(10107, 'NotWritablePrimary')), /10107/, RETRIED],
    'shutting down': [callTo(await failed(91, 'ShutdownInProgress')), /91/, RETRIED],
    'timed out': [callTo(await failed(50, 'MaxTimeMSExpired')), /50/, RETRIED],
    'write conflict': [callTo(await failed(112, 'WriteConflict')), /112/, RETRIED],
    'marked as retryable': [
      callTo(await serve({ ok: 0, code: 462, errmsg: 'busy', errorLabels: ['RetryableError'] })),
      /462/,
      RETRIED,
    ],
    internal: [callTo(await failed(8, 'UnknownError')), /UnknownError/, COUNTED],
    duplicate: [callTo(await serve({ ok: 1, n: 0, writeErrors: [duplicate] })), /11000/, IGNORED],
    'no access': [callTo(await failed(13, 'Unauthorized')), /Unauthorized/, IGNORED],
    'wrong value': [callTo(await failed(2, 'BadValue')), /BadValue/, IGNORED],
    invalid: [callTo(await failed(121, 'DocumentValidationFailure')), /121/, IGNORED],
  });
});
