import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** How long a first start on an empty folder may take: migrations, keys, and 1,500 candles of history. */
const START_LIMIT_MS = 30_000;

/** A running Slipstream with a data folder of its own. */
export class Desk {
  private output = '';

  private constructor(
    readonly url: string,
    readonly dataDir: string,
    private readonly process: ChildProcess,
  ) {
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-20_000);
    };
    process.stdout?.on('data', keep);
    process.stderr?.on('data', keep);
  }

  /** Starts the release binary on a free port and waits until it is healthy. */
  static async start(settings: Record<string, string> = {}): Promise<Desk> {
    const binary = process.env['SLIPSTREAM_BIN'];
    if (!binary) {
      throw new Error('SLIPSTREAM_BIN must name the release binary; `cargo xtask test browser` sets it');
    }
    const dataDir = await mkdtemp(path.join(tmpdir(), 'slipstream-journey-'));
    const address = `127.0.0.1:${await freePort()}`;
    // Nothing of the person's own configuration: a journey runs on the defaults.
    const child = spawn(binary, [], {
      cwd: dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        SLIPSTREAM_ADDR: address,
        SLIPSTREAM_DATA_DIR: dataDir,
        ...settings,
      },
    });
    const desk = new Desk(`http://${address}`, dataDir, child);
    try {
      await desk.healthy();
    } catch (error) {
      await desk.stop();
      throw error;
    }
    return desk;
  }

  /** Runs an operator's command (`admin`, …) on this desk's data. */
  async command(...words: string[]): Promise<void> {
    const child = spawn(process.env['SLIPSTREAM_BIN'] ?? '', words, {
      cwd: this.dataDir,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { PATH: process.env['PATH'] ?? '', SLIPSTREAM_DATA_DIR: this.dataDir },
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) {
      throw new Error(`slipstream ${words.join(' ')} ended with ${code}`);
    }
  }

  /** What the server printed last, for the report of a failure. */
  log(): string {
    return this.output;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null && this.process.pid) {
      const gone = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      const impatience = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(impatience);
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async healthy(): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS;
    let failed: Error | undefined;
    this.process.once('error', (error) => (failed = error));
    for (;;) {
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      if (answer?.ok) {
        return;
      }
      if (failed || this.process.exitCode !== null || performance.now() > deadline) {
        throw new Error(`the server did not become healthy: ${failed?.message ?? ''}\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('no port');
  }
  return address.port;
}
