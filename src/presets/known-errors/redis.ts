import { rowsOf } from './types.ts';

const REPLIES = 'https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors';

export const REDIS_ERRORS = [
  ...rowsOf('Redis, ioredis, node-redis', REPLIES, [
    {
      meaning: 'transient',
      what: 'loading, busy, failing over, too many clients',
      field: 'redisReply',
      values: [
        'BUSY *',
        'CLUSTERDOWN *',
        'ERR max number of clients reached*',
        'LOADING *',
        'MASTERDOWN *',
        'READONLY *',
        'TRYAGAIN *',
      ],
    },
    {
      meaning: 'caller',
      what: 'a wrong command, a wrong type, no access',
      field: 'redisReply',
      values: [
        'BUSYGROUP *',
        'BUSYKEY *',
        'CROSSSLOT *',
        'ERR *',
        'EXECABORT *',
        'NOAUTH *',
        'NOGROUP *',
        'NOPERM *',
        'NOSCRIPT *',
        'WRONGPASS *',
        'WRONGTYPE *',
      ],
    },
  ]),
  ...rowsOf(
    'ioredis',
    '`built/errors`, `built/utils/index.js`, `built/Redis.js`, `built/Command.js` and `built/cluster/index.js` of `ioredis`',
    [
      {
        meaning: 'transient',
        what: 'no connection after all its retries',
        field: 'name',
        values: ['ClusterAllFailedError', 'MaxRetriesPerRequestError'],
      },
      {
        meaning: 'transient',
        what: 'no connection, it broke, or timed out',
        field: 'message',
        values: [
          'All sentinels are unreachable*',
          "Cluster isn't ready and enableOfflineQueue options is false",
          'Command timed out',
          'Connection is closed.',
          'None of startup nodes is available',
          'Reached the max retries per request limit*',
          'Socket timeout. Expecting data*',
          "Stream isn't writeable and enableOfflineQueue options is false",
        ],
      },
    ],
  ),
  ...rowsOf('node-redis', '`lib/errors.ts` of `@redis/client`', [
    {
      meaning: 'transient',
      what: 'no connection, it broke, or timed out',
      field: 'name',
      values: [
        'ClientOfflineError',
        'CommandTimeoutDuringMaintenanceError',
        'ConnectionTimeoutError',
        'RootNodesUnavailableError',
        'SocketClosedUnexpectedlyError',
        'SocketTimeoutDuringMaintenanceError',
        'SocketTimeoutError',
      ],
    },
    {
      meaning: 'transient',
      what: 'the same, where a bundler shortened the names of classes',
      field: 'message',
      values: [
        'All the root nodes are unavailable',
        'Connection timeout',
        'Socket closed unexpectedly',
        'Socket timeout*',
        'The client is offline',
      ],
    },
    {
      meaning: 'caller',
      what: 'a watched key was changed, a command of a transaction was refused, or the program ended the connection',
      field: 'name',
      values: ['DisconnectsClientError', 'MultiErrorReply', 'WatchError'],
    },
  ]),
];
