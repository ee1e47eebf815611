import { createServer, type Socket } from 'node:net';
import { createConnection } from 'mysql2/promise';
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

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html */
function send(socket: Socket, sequence: number, payload: Buffer): void {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence, 3);
  socket.write(Buffer.concat([header, payload]));
}

function errorPacket(code: number, sqlState: string): Buffer {
  const head = Buffer.from([0xff, code & 0xff, code >> 8]);
  return Buffer.concat([head, Buffer.from(`#${sqlState}an error`)]);
}

const PROTOCOL_41 = 0x0200;
const SECURE_CONNECTION = 0x8000;

function greeting(): Buffer {
  const fixed = Buffer.alloc(32);
  fixed.writeUInt16LE(PROTOCOL_41 | SECURE_CONNECTION, 13);
  fixed.writeUInt8(45, 15);
  fixed.writeUInt8(21, 20);
  return Buffer.concat([Buffer.from('\x0a8.4.0\0'), fixed.subarray(0, 31), Buffer.alloc(13, 1)]);
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

/** A server that fails each query with the code and the SQLSTATE in its text, or hangs up. */
function serve(): Promise<number> {
  return listen(
    createServer((socket) => {
      send(socket, 0, greeting());
      let isLoggedIn = false;
      socket.on('data', (data) => {
        if (!isLoggedIn) {
          isLoggedIn = true;
          send(socket, 2, OK);
          return;
        }
        const [, code, sqlState = ''] = /fail (\d+) (\w{5})/.exec(data.toString()) ?? [];
        if (code) send(socket, 1, errorPacket(Number(code), sqlState));
        else if (data.includes('hang up')) socket.destroy();
      });
    }),
  );
}

/** A server that takes no connection, as one does that has too many, or blocks the host. */
const refuses = (code: number, sqlState: string): Promise<number> =>
  listen(createServer((socket) => send(socket, 0, errorPacket(code, sqlState))));

const callTo =
  (port: number, sql = 'select 1') =>
  async () => {
    const options = { host: '127.0.0.1', port, user: 'test', connectTimeout: 300 };
    const connection = await createConnection(options);
    connection.on('error', () => {});
    try {
      return await connection.query({ sql, timeout: 300 });
    } finally {
      connection.destroy();
    }
  };

it('classifies the errors of mysql2', async () => {
  const port = await serve();
  const fails = (code: number, sqlState: string) => callTo(port, `fail ${code} ${sqlState}`);
  await expectOutcomes('database', {
    refused: [callTo(await refusedPort()), /ECONNREFUSED/, RETRIED],
    'hung up': [callTo(await hangUpPort()), /ETIMEDOUT|PROTOCOL_CONNECTION_LOST/, RETRIED],
    'hung up in a query': [callTo(port, 'hang up'), /PROTOCOL_CONNECTION_LOST/, RETRIED],
    stalled: [callTo(await stalledPort()), /ETIMEDOUT/, RETRIED],
    'not answered': [callTo(port), /PROTOCOL_SEQUENCE_TIMEOUT/, RETRIED],
    'too many connections': [callTo(await refuses(1040, '08004')), /ER_CON_COUNT_ERROR/, RETRIED],
    'host blocked': [callTo(await refuses(1129, 'HY000')), /ER_HOST_IS_BLOCKED/, COUNTED],
    'too many connections of the user': [
      callTo(await refuses(1203, '42000')),
      /ER_TOO_MANY_USER_CONNECTIONS.*42000/s,
      RETRIED,
    ],
    'shutting down': [fails(1053, '08S01'), /ER_SERVER_SHUTDOWN/, RETRIED],
    deadlock: [fails(1213, '40001'), /ER_LOCK_DEADLOCK/, RETRIED],
    'lock wait': [fails(1205, 'HY000'), /ER_LOCK_WAIT_TIMEOUT/, RETRIED],
    'query timeout': [fails(3024, 'HY000'), /ER_QUERY_TIMEOUT/, RETRIED],
    'disk full': [fails(1021, 'HY000'), /ER_DISK_FULL/, COUNTED],
    syntax: [fails(1064, '42000'), /ER_PARSE_ERROR/, IGNORED],
    duplicate: [fails(1062, '23000'), /ER_DUP_ENTRY/, IGNORED],
    'no access': [fails(1045, '28000'), /ER_ACCESS_DENIED_ERROR/, IGNORED],
    'wrong value': [fails(1366, 'HY000'), /ER_TRUNCATED_WRONG_VALUE_FOR_FIELD/, IGNORED],
    signaled: [fails(1644, '45000'), /ER_SIGNAL_EXCEPTION/, IGNORED],
  });
});
