import type { Credentials } from './desk.ts';
import type { Person } from './person.ts';

/** The fields of an order that the journeys read. */
export interface Order {
  id: string;
  type: string;
  side: string;
  status: string;
  amount: number | null;
}

/** A program that trades for a user through `/v1`, with its own JWT. */
export class Program {
  private constructor(
    private readonly desk: string,
    private readonly token: string,
  ) {}

  static async signUp(desk: string, person: Person): Promise<Program> {
    return Program.enter(desk, 'sign-up', person);
  }

  static async signIn(desk: string, person: Person): Promise<Program> {
    return Program.enter(desk, 'sign-in', person);
  }

  /** Opens a sandbox trading account; no key is stored. */
  openSandbox(): Promise<Credentials> {
    return this.ask('POST', '/v1/priv/account/exchange/sandbox');
  }

  /** Connects a key, by default a futures key for manual trading; returns its id. */
  async connect(
    name: string,
    credentials: Credentials,
    strategyType = 'MANUAL',
    tradeType: 'FUTURES' | 'SPOT' = 'FUTURES',
  ): Promise<string> {
    const kind = { exchangeId: 'BINANCE', tradeType, strategyType, active: true };
    const body = { ...kind, name, ...credentials };
    const { id } = await this.ask<{ id: string }>('POST', '/v1/priv/account/exchange/key', body);
    return id;
  }

  /** Copies a strategy on a new paper account at moderate risk. */
  async follow(strategy: string): Promise<void> {
    const key = await this.connect('Copies', await this.openSandbox(), 'AUTOMATED');
    const { items } = await this.ask<{ items: { id: string; name: string }[] }>(
      'GET',
      '/v1/pub/strategy/profile/list',
    );
    const profile = items.find((one) => one.name === 'MODERATE')?.id;
    const body = { strategyAutomatedId: strategy, strategyRiskProfileId: profile };
    await this.ask('POST', `/v1/priv/strategy/follow/exchange/key/${key}`, body);
  }

  async keys(): Promise<{ id: string; name: string }[]> {
    const { items } = await this.ask<{ items: { id: string; name: string }[] }>(
      'GET',
      '/v1/priv/account/exchange/key/list',
    );
    return items;
  }

  /** Deletes a key; its orders and positions stay at the exchange. */
  disconnect(key: string): Promise<void> {
    return this.ask('DELETE', `/v1/priv/account/exchange/key/${key}`);
  }

  place(key: string, order: Record<string, unknown>): Promise<Order[]> {
    return this.ask('POST', `/v1/priv/exchange/order/${key}`, { symbol: 'BTC/USDT', ...order });
  }

  openOrders(key: string): Promise<Order[]> {
    return this.ask('GET', `/v1/priv/exchange/order/${key}/list?symbol=BTC/USDT`);
  }

  history(key: string): Promise<Order[]> {
    return this.ask('GET', `/v1/priv/exchange/order/${key}/history?symbol=BTC/USDT`);
  }

  private static async enter(desk: string, door: string, person: Person): Promise<Program> {
    const { accessToken } = await new Program(desk, '').ask<{ accessToken: string }>(
      'POST',
      `/v1/auth/${door}`,
      person,
    );
    return new Program(desk, accessToken);
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.desk + path, {
      method,
      headers: {
        ...(this.token ? { authorization: this.token } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    }
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
