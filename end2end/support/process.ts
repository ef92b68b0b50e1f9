import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Limit for a first start on an empty directory: migrations, keys, and 1,500 candles of history. */
const START_LIMIT_MS = 30_000;

/** One run of the release binary, and its output. */
export class Running {
  private output = '';
  private readonly child: ChildProcess;

  constructor(words: string[], dataDir: string, settings: Record<string, string>) {
    // The developer's own environment is not passed on: a journey runs with the defaults.
    this.child = spawn(binary(), words, {
      cwd: dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', SLIPSTREAM_DATA_DIR: dataDir, ...settings },
    });
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-20_000);
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
  }

  /** The latest output, for the report of a failure. */
  log(): string {
    return this.output;
  }

  /** Waits until `address` responds with success. */
  async answers(address: string): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS;
    let failed: Error | undefined;
    this.child.once('error', (error) => (failed = error));
    for (;;) {
      const answer = await fetch(address).catch(() => undefined);
      if (answer?.ok) {
        return;
      }
      if (failed || this.gone() || performance.now() > deadline) {
        throw new Error(`${address} did not answer: ${failed?.message ?? ''}\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Waits until the process ends by itself, successfully. */
  async succeeds(): Promise<void> {
    const code = this.gone() ? this.child.exitCode : (await once(this.child, 'close'))[0];
    if (code !== 0) {
      throw new Error(`slipstream ended with ${code}\n${this.output}`);
    }
  }

  /** Stops the process, and kills it after a while. */
  async stop(): Promise<void> {
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await this.end('SIGTERM');
    clearTimeout(impatience);
  }

  /** Kills the process, as a power cut would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.gone() && this.child.pid) {
      const gone = once(this.child, 'exit');
      this.child.kill(signal);
      await gone;
    }
  }

  private gone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

function binary(): string {
  const path = process.env['SLIPSTREAM_BIN'];
  if (!path) {
    throw new Error('SLIPSTREAM_BIN must name the release binary; `cargo xtask test browser` sets it');
  }
  return path;
}

// Below the ports that the system gives to connections, so that nothing takes one while a desk restarts.
// Processes that run at the same time search different ranges.
const FIRST_PORT = 11_000;
const PORTS_PER_PROCESS = 16;
const PORT_RANGES = 1_300;
let portsTried = 0;

/** An address of this machine with a free port. */
export async function freeAddress(): Promise<string> {
  const start = (process.pid % PORT_RANGES) * PORTS_PER_PROCESS;
  while (portsTried < PORT_RANGES * PORTS_PER_PROCESS) {
    const port = FIRST_PORT + ((start + portsTried++) % (PORT_RANGES * PORTS_PER_PROCESS));
    if (await isFree(port)) {
      return `127.0.0.1:${port}`;
    }
  }
  throw new Error('no port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
