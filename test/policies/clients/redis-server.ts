import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { requireProgram } from '../../support/programs.ts';
import { refusedPort } from './support.ts';

/** A Redis server on a free port, which saves nothing. */
export class RedisServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, process: ChildProcess, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
  }

  /**
   * @param options of `redis.conf`, such as `--requirepass secret`
   * @param ready what its log says when it is as the test needs it
   */
  static async start(
    options: readonly string[] = [],
    ready = 'Ready to accept connections',
  ): Promise<RedisServer> {
    const port = await refusedPort();
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    const process = spawn(requireProgram('redis-server'), [...own, ...options]);
    const server = new RedisServer(port, process, folder);
    let log = '';
    // Without `destroyOnReturn` the pipe would be closed, and the server end with its next line.
    for await (const text of process.stdout.iterator({ destroyOnReturn: false })) {
      log += text;
      if (log.includes(ready)) break;
    }
    if (!log.includes(ready)) throw new Error(`Expected redis-server to start, got ${log}`);
    return server;
  }

  /** One that loads its data for seconds. */
  static async startLoading(): Promise<RedisServer> {
    const source = await RedisServer.start();
    const client = new Redis(source.port, '127.0.0.1');
    for (let key = 0; key < 3000; key++) void client.set(`key-${key}`, 'x'.repeat(4096));
    await client.save();
    client.disconnect();
    const slow = ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'];
    const options = ['--rdbcompression', 'no', '--dir', source.#folder, ...slow];
    const server = await RedisServer.start(options, 'Loading RDB');
    await source.stop();
    return server;
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
