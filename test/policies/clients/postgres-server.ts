import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from '../../support/programs.ts';
import { refusedPort } from './support.ts';

/** PostgreSQL refuses to run as root. */
const OWNERS = ['postgres', 'nobody'];

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** A PostgreSQL server on a free port, for few connections. */
export class PostgresServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, process: ChildProcess, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
  }

  /** @param connections the most that it takes */
  static async start(connections: number): Promise<PostgresServer> {
    const owner = findOwner();
    const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    if (owner.uid !== undefined && owner.gid !== undefined) {
      chownSync(folder, owner.uid, owner.gid);
    }
    const data = ['-D', join(folder, 'data')];
    const initdb = [...data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(requireProgram('initdb'), initdb, { ...owner, cwd: folder, stdio: 'pipe' });
    const port = await refusedPort();
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      max_connections: connections,
      superuser_reserved_connections: 0,
      max_wal_senders: 0,
      log_destination: 'stderr',
      lc_messages: 'C',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const postgres = spawn(requireProgram('postgres'), [...data, ...options], {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const server = new PostgresServer(port, postgres, folder);
    let log = '';
    for await (const text of postgres.stderr.iterator({ destroyOnReturn: false })) {
      log += text;
      if (log.includes('ready to accept connections')) break;
    }
    // What is not read would stop the server.
    postgres.stderr.resume();
    if (!log.includes('ready to accept')) throw new Error(`Expected postgres to start, got ${log}`);
    return server;
  }

  /** Takes no more connections, and ends with the last one. */
  shutDown(): void {
    this.#process.kill('SIGTERM');
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) {
      this.#process.kill('SIGQUIT');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Who runs the server: another user than root. */
function findOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string, user: string) =>
    Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim() || Number.NaN);
  for (const user of OWNERS) {
    const [uid, gid] = [idOf('-u', user), idOf('-g', user)];
    if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  }
  throw new Error(`Expected one of the users ${OWNERS.join(', ')} to run PostgreSQL, found none`);
}
