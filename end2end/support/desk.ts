import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freeAddress, Running } from './process.ts';

/**
 * The journeys make more sign-ups and requests from one address than the limits allow; the limits have their
 * own tests.
 */
const SETTINGS = {
  SLIPSTREAM_ATTEMPTS: '100000',
  SLIPSTREAM_RATE_PERSON: '0',
  SLIPSTREAM_RATE_ADDRESS: '0',
  SLIPSTREAM_SANDBOX_LIMITS: 'none',
  // So that a month of a subscription passes by command.
  SLIPSTREAM_SANDBOX_CONTROL: 'open',
  // The receivers of events run on this machine.
  SLIPSTREAM_LOCAL_WEBHOOKS: '1',
};

/** The key and secret of an exchange account. */
export interface Credentials {
  apiKey: string;
  apiSecretKey: string;
}

/** A Slipstream process with its own data directory and an embedded sandbox. */
export class Desk {
  private constructor(
    private readonly address: string,
    readonly dataDir: string,
    private readonly settings: Record<string, string>,
    private running: Running,
  ) {}

  get url(): string {
    return `http://${this.address}`;
  }

  /** Starts the release binary, with further settings, on a free port and waits until it is healthy. */
  static async start(settings: Record<string, string> = {}): Promise<Desk> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'slipstream-journey-'));
    const address = await freeAddress();
    const desk = new Desk(address, dataDir, settings, Desk.run(address, dataDir, settings));
    try {
      await desk.healthy();
    } catch (error) {
      await desk.stop();
      throw error;
    }
    return desk;
  }

  /** Kills the process without a shutdown. */
  async crash(): Promise<void> {
    await this.running.kill();
  }

  /** Starts it again, on the same address and data. */
  async rise(): Promise<void> {
    this.running = Desk.run(this.address, this.dataDir, this.settings);
    await this.healthy();
  }

  /** Runs an admin's command (`admin`, …) on this desk's data; returns what it printed. */
  async command(...words: string[]): Promise<string> {
    const command = new Running(words, this.dataDir, { SLIPSTREAM_PUBLIC_URL: this.url });
    await command.succeeds();
    return command.log();
  }

  /** Returns a password-reset link from the admin's command, because no page shows one. */
  async resetLink(email: string): Promise<string> {
    const printed = await this.command('reset-link', email);
    const link = /http\S+\/reset\?token=\S+/.exec(printed)?.[0];
    if (!link) {
      throw new Error(`no link was printed: ${printed}`);
    }
    return link;
  }

  /** Opens an account at the sandbox exchange whose key may withdraw, which Slipstream must reject. */
  async withdrawableAccount(): Promise<Credentials> {
    return (await this.controlSandbox('accounts', { withdrawals: true })) as Credentials;
  }

  /** Switches a sandbox account to hedge mode at the exchange, as its owner does there. */
  async hedge({ apiKey }: Credentials): Promise<void> {
    await this.controlSandbox(`accounts/${apiKey}/modes`, { dualSidePosition: true });
  }

  private async controlSandbox(command: string, body: object): Promise<unknown> {
    const token = await readFile(path.join(this.dataDir, 'sandbox', 'control.token'), 'utf8');
    const answer = await fetch(`${this.url}/sandbox/control/${command}`, {
      method: 'POST',
      headers: { 'x-sandbox-control': token.trim(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`the sandbox's control door answered ${answer.status}: ${await answer.text()}`);
    }
    const text = await answer.text();
    return text === '' ? null : JSON.parse(text);
  }

  /** Advances the test checkout's clock: subscriptions renew, fail and end. */
  async passDays(days: number): Promise<void> {
    const token = await readFile(path.join(this.dataDir, 'checkout', 'control.token'), 'utf8');
    const answer = await fetch(`${this.url}/checkout/stripe/control/clock`, {
      method: 'POST',
      headers: { 'x-checkout-control': token.trim(), 'content-type': 'application/json' },
      body: JSON.stringify({ seconds: days * 24 * 3_600 }),
    });
    if (!answer.ok) {
      throw new Error(`the checkout's control door answered ${answer.status}: ${await answer.text()}`);
    }
  }

  /** The server's latest output, for the report of a failure. */
  log(): string {
    return this.running.log();
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private static run(address: string, dataDir: string, settings: Record<string, string>): Running {
    return new Running([], dataDir, { SLIPSTREAM_ADDR: address, ...SETTINGS, ...settings });
  }

  private async healthy(): Promise<void> {
    await this.running.answers(`${this.url}/healthz`);
  }
}
