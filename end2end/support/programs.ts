import { createHmac } from 'node:crypto';
import type { Secrets } from '../pages/api-clients.ts';

/** Calls the 3Commas API as its clients do; returns the status and the body. */
export async function threecommas(desk: string, { key, secret }: Secrets, path: string): Promise<[number, unknown]> {
  const signature = createHmac('sha256', secret).update(path).digest('hex');
  const answer = await fetch(desk + path, { headers: { Apikey: key, Signature: signature } });
  return [answer.status, await answer.json()];
}

/** Calls the Lumetrade API; returns the status and the body. */
export async function lumetrade(desk: string, { key, secret }: Secrets, path: string): Promise<[number, unknown]> {
  const answer = await fetch(`${desk}/api/v1${path}`, { headers: { 'X-API-KEY': key, 'X-API-SECRET': secret } });
  return [answer.status, await answer.json()];
}

/** Signs in at the Currencycloud API; returns the status. */
export async function currencycloud(desk: string, { login, secret }: Secrets): Promise<number> {
  const body = new URLSearchParams({ login_id: login, api_key: secret });
  const answer = await fetch(`${desk}/v2/authenticate/api`, { method: 'POST', body });
  return answer.status;
}
