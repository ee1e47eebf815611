import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.ts';
import { requireProgram } from './programs.ts';

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** A real server on a port of its own, which can be killed, paused and started again. */
export class TestServer {
  readonly port: number;
  readonly folder: string;
  readonly #command: readonly string[];
  readonly #ready: string;
  readonly #user: User;
  #process: ChildProcess | undefined;
  #isPaused = false;

  private constructor(
    port: number,
    folder: string,
    command: readonly string[],
    ready: string,
    user: User = {},
  ) {
    this.port = port;
    this.folder = folder;
    this.#command = command;
    this.#ready = ready;
    this.#user = user;
  }

  /**
   * @param options of `redis.conf`, such as `--requirepass secret`
   * @param ready what its log contains when the server is as the test needs it
   */
  static async redis(
    options: readonly string[] = [],
    ready = 'Ready to accept connections',
  ): Promise<TestServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const command = [requireProgram('redis-server'), ...own, ...options];
    return new TestServer(port, folder, command, ready).start();
  }

  static async nats(): Promise<TestServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'nats-'));
    const command = [requireProgram('nats-server'), '-a', '127.0.0.1', '-p', `${port}`];
    return new TestServer(port, folder, command, 'Server is ready').start();
  }

  /** @param more settings of `postgresql.conf` */
  static async postgres(more: Readonly<Record<string, number>> = {}): Promise<TestServer> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    const user = findUser();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const data = ['-D', join(folder, 'data')];
    const initdb = [...data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(requireProgram('initdb'), initdb, { ...user, cwd: folder, stdio: 'pipe' });
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      max_connections: 50,
      lc_messages: 'C',
      ...more,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = [requireProgram('postgres'), ...data, ...options];
    return new TestServer(port, folder, command, 'ready to accept connections', user).start();
  }

  /** Starts the server, again on the same port. */
  async start(): Promise<this> {
    for (;;) {
      const log = await this.#tryToStart();
      if (log === undefined) return this;
      // Processes of a killed PostgreSQL own its shared memory until they notice.
      if (!log.includes('shared memory block')) {
        throw new Error(`Expected ${this.#command[0]} to start, got ${log}`);
      }
      await sleep(50);
    }
  }

  /** Returns the log of a server that did not start. */
  #tryToStart(): Promise<string | undefined> {
    const [program = '', ...args] = this.#command;
    const child = spawn(program, args, { ...this.#user, cwd: this.folder });
    this.#process = child;
    let log = '';
    return new Promise((resolve) => {
      const read = (text: Buffer) => {
        log += text;
        if (log.includes(this.#ready)) resolve(undefined);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', () => resolve(log));
    });
  }

  /** Ends the server at once. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    // The children of PostgreSQL end with it, unless they are paused.
    if (this.#isPaused) this.#signal('SIGKILL');
    else child.kill('SIGKILL');
    this.#isPaused = false;
    await exit;
  }

  /** Accepts no more connections, and ends with the last one. */
  shutDown(): void {
    this.#process?.kill('SIGTERM');
  }

  /** Stops the server without closing its sockets. */
  pause(): void {
    this.#isPaused = true;
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#isPaused = false;
    this.#signal('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Signals the server and its children; PostgreSQL has a process for each connection. */
  #signal(signal: NodeJS.Signals): void {
    const parent = this.#process?.pid;
    if (parent === undefined) return;
    const { stdout } = spawnSync('pgrep', ['-P', `${parent}`], { encoding: 'utf8' });
    for (const pid of [parent, ...stdout.split('\n').filter(Boolean).map(Number)]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

/** PostgreSQL does not run as root. */
function findUser(): User {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim() || Number.NaN),
    );
    if (uid !== undefined && gid !== undefined && !Number.isNaN(uid + gid)) return { uid, gid };
  }
  throw new Error('Expected a user postgres or nobody to run PostgreSQL, found none');
}
