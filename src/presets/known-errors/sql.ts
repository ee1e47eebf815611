import { rowsOf } from './types.ts';

const SQLSTATE = 'https://www.postgresql.org/docs/current/errcodes-appendix.html';
const MYSQL = 'https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html';

export const SQL_ERRORS = [
  ...rowsOf('pg', '`lib/client.js` of `pg`, `index.js` of `pg-pool`', [
    {
      meaning: 'transient',
      what: 'the server hung up, timed out',
      field: 'message',
      values: [
        'Connection terminated due to connection timeout',
        'Connection terminated unexpectedly',
        'Query read timeout',
        'timeout exceeded when trying to connect',
        'timeout expired',
      ],
    },
  ]),
  // Before the SQLSTATE: two of these limits have 42000, that of a syntax error.
  ...rowsOf('MySQL, mysql2', MYSQL, [
    {
      meaning: 'transient',
      what: 'too many connections, shutting down, timed out, deadlock',
      field: 'code',
      values: [
        'ER_CLIENT_INTERACTION_TIMEOUT',
        'ER_CON_COUNT_ERROR',
        'ER_LOCK_DEADLOCK',
        'ER_LOCK_WAIT_TIMEOUT',
        'ER_OUT_OF_RESOURCES',
        'ER_QUERY_TIMEOUT',
        'ER_SERVER_SHUTDOWN',
        'ER_TOO_MANY_USER_CONNECTIONS',
        'ER_USER_LIMIT_REACHED',
      ],
    },
    {
      meaning: 'transient',
      what: 'the server hung up, timed out, no server of the pool is online',
      field: 'code',
      values: ['POOL_NONEONLINE', 'PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT'],
      source:
        '`lib/base/connection.js`, `lib/commands/query.js` and `lib/pool_cluster.js` of `mysql2`',
    },
    {
      meaning: 'caller',
      what: 'a wrong value, for which the server has no SQLSTATE of its own',
      field: 'code',
      values: [
        'ER_CHECK_CONSTRAINT_VIOLATED',
        'ER_NO_DEFAULT_FOR_FIELD',
        'ER_TRUNCATED_WRONG_VALUE',
        'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
        'WARN_DATA_TRUNCATED',
      ],
    },
  ]),
  ...rowsOf('SQLSTATE of PostgreSQL and MySQL', SQLSTATE, [
    {
      meaning: 'transient',
      what: 'connection exception, serialization failure, deadlock, insufficient resources, lock not available, statement timeout, shutting down or starting',
      field: 'sqlState',
      values: [
        '08*',
        '40001',
        '40P01',
        '53*',
        '55P03',
        '57014',
        '57P01',
        '57P02',
        '57P03',
        '57P05',
      ],
    },
    {
      meaning: 'caller',
      what: 'wrong data, violated constraint, no or failed transaction, no access, unknown database, wrong syntax, raised by a procedure',
      field: 'sqlState',
      values: [
        '0A*',
        '21*',
        '22*',
        '23*',
        '25001',
        '25P01',
        '25P02',
        '26*',
        '28*',
        '34*',
        '3D*',
        '3F*',
        '42*',
        '44*',
        '45*',
        'P0*',
      ],
    },
  ]),
];
