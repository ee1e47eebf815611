import { createServer } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { it } from 'vitest';
import {
  type Case,
  COUNTED,
  expectOutcomes,
  hangUpPort,
  IGNORED,
  listen,
  type Outcome,
  RETRIED,
  refusedPort,
  stalledPort,
} from './support.ts';

/** A call of the AWS SDK, without retries of its own. */
const callTo = (port: number) => async () => {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
  });
  try {
    return await client.send(new ListTablesCommand({}));
  } finally {
    client.destroy();
  }
};

async function answers(status: number, type: string): Promise<number> {
  return listen(
    createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}` }));
    }),
  );
}

it('classifies the errors of the AWS SDK v3', async () => {
  const cases = async (ofStatus: Outcome): Promise<Record<string, Case>> => ({
    refused: [callTo(await refusedPort()), /ECONNREFUSED/, RETRIED],
    'hung up': [callTo(await hangUpPort()), /ECONNRESET/, RETRIED],
    stalled: [callTo(await stalledPort()), /TimeoutError/, RETRIED],
    503: [callTo(await answers(503, 'ServiceUnavailable')), /ServiceUnavailable/, ofStatus],
    500: [callTo(await answers(500, 'InternalServerError')), /InternalServerError/, ofStatus],
    throttled: [callTo(await answers(400, 'ThrottlingException')), /ThrottlingEx.*400/s, ofStatus],
    'over capacity': [
      callTo(await answers(400, 'ProvisionedThroughputExceededException')),
      /ProvisionedThroughputExceededException.*400/s,
      ofStatus,
    ],
    'wrong input': [callTo(await answers(400, 'ValidationException')), /ValidationEx/, IGNORED],
    'no access': [callTo(await answers(400, 'AccessDeniedException')), /AccessDenied/, IGNORED],
    'not found': [callTo(await answers(400, 'ResourceNotFoundException')), /NotFound/, IGNORED],
  });
  await expectOutcomes('default', await cases(RETRIED));
  // The preset retries connection errors and timeouts, and no status.
  await expectOutcomes('aws', await cases(COUNTED));
});
