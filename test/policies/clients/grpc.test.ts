import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { it, onTestFinished } from 'vitest';
import {
  COUNTED,
  expectOutcomes,
  hangUpPort,
  IGNORED,
  Link,
  type Outcome,
  RETRIED,
  refusedPort,
  stalledPort,
} from './support.ts';

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };

/** A server that fails each call with the status in its request, and never answers an empty one. */
async function serve(): Promise<number> {
  const server = new Server();
  const answer = {
    path: '/test/answer',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
  };
  server.addService(
    { answer },
    {
      answer(call: { request: Buffer }, callback: (error: Partial<ServiceError>) => void) {
        const code = Number(call.request.toString());
        if (code > 0) callback({ code, details: status[code] ?? '' });
      },
    },
  );
  onTestFinished(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

const callTo =
  (port: number, request = '', during = () => {}) =>
  () =>
    new Promise((resolve, reject) => {
      const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
      const { serialize, deserialize } = bytes;
      client.makeUnaryRequest(
        '/test/answer',
        serialize,
        deserialize,
        Buffer.from(request),
        { deadline: Date.now() + 500 },
        (error, answer) => {
          client.close();
          if (error) reject(error);
          else resolve(answer);
        },
      );
      during();
    });

it('classifies the errors of gRPC', async () => {
  const port = await serve();
  const link = await Link.to(port);
  const outcomes: Partial<Record<keyof typeof status, Outcome>> = {
    UNKNOWN: COUNTED,
    INVALID_ARGUMENT: IGNORED,
    DEADLINE_EXCEEDED: RETRIED,
    NOT_FOUND: IGNORED,
    ALREADY_EXISTS: IGNORED,
    PERMISSION_DENIED: IGNORED,
    RESOURCE_EXHAUSTED: RETRIED,
    FAILED_PRECONDITION: IGNORED,
    ABORTED: RETRIED,
    OUT_OF_RANGE: IGNORED,
    UNIMPLEMENTED: IGNORED,
    INTERNAL: COUNTED,
    UNAVAILABLE: RETRIED,
    DATA_LOSS: COUNTED,
    UNAUTHENTICATED: IGNORED,
  };
  await expectOutcomes('default', {
    refused: [callTo(await refusedPort()), /code: 14.*ECONNREFUSED/s, RETRIED],
    'hung up': [callTo(await hangUpPort()), /code: 14/, RETRIED],
    stalled: [callTo(await stalledPort()), /code: 4/, RETRIED],
    'hung up in a call': [
      callTo(link.port, '', () => setTimeout(() => link.cut(), 100)),
      /code: 14/,
      RETRIED,
    ],
    'not answered': [callTo(port), /code: 4/, RETRIED],
    ...Object.fromEntries(
      Object.entries(outcomes).map(([name, outcome]) => {
        const code = status[name as keyof typeof status];
        return [name, [callTo(port, String(code)), new RegExp(`code: ${code},`), outcome] as const];
      }),
    ),
  });
});
