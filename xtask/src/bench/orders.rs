//! Orders: one after the other through the desk, and as many as possible directly at the sandbox.

use super::desk::{BenchUser, Desk, text};
use super::http::Client;
use crate::sandbox::Sandbox;
use anyhow::{Context as _, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The number of clients that trade at the sandbox concurrently, each with its own account.
const CLIENTS: usize = 4;
/// Orders between two clean-ups; the exchange allows 200 open ones.
const BATCH: u64 = 100;

/// Places orders on a clean account and times each; the clean-ups in between are not timed.
pub(super) fn through_the_desk(
    desk: &Desk,
    account: &BenchUser,
    kind: &str,
    count: u64,
) -> Result<Vec<Duration>> {
    let mut client = desk.client(&account.token)?;
    let ticker = client.get("/v1/pub/exchange/ticker?symbol=BTC/USDT")?.json()?;
    let mut order = json!({ "symbol": "BTC/USDT", "type": kind, "side": "BUY", "amount": "0.01" });
    if kind == "LIMIT" {
        order["price"] = json!(resting_price(&ticker["last"])?);
    }
    let position = format!("/v1/priv/exchange/position/{}", account.key);
    let mut times = Vec::new();
    for _ in 0..count {
        let answer =
            client.send("POST", &format!("/v1/priv/exchange/order/{}", account.key), Some(&order))?;
        times.push(answer.time);
        answer.json()?;
        client.send("DELETE", &position, Some(&json!({ "symbol": "BTC/USDT" })))?.json()?;
    }
    Ok(times)
}

/// Accepted orders per second of several clients that each place signed limit orders one after the other.
pub(super) fn at_the_sandbox(sandbox: &Sandbox, time: Duration) -> Result<u64> {
    let start = Instant::now();
    let workers: Vec<_> = (0..CLIENTS)
        .map(|_| Trader::open(sandbox).map(|trader| std::thread::spawn(move || trader.trade(time))))
        .collect::<Result<_>>()?;
    let mut orders = 0;
    for worker in workers {
        orders += worker.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
    }
    Ok(orders * 1000 / u64::try_from(start.elapsed().as_millis())?.max(1))
}

struct Trader {
    client: Client,
    prefix: String,
    secret: String,
    price: u64,
    /// The exchange's clock in milliseconds, and the local time of reading it.
    clock: (u64, Instant),
}

impl Trader {
    fn open(sandbox: &Sandbox) -> Result<Self> {
        let (addr, prefix) = split(&sandbox.url)?;
        let control = [("X-Sandbox-Control", sandbox.token.as_str())];
        let account = Client::connect(addr, &control)?
            .send("POST", &format!("{prefix}/control/accounts"), Some(&json!({})))?
            .json()?;
        let mut client = Client::connect(addr, &[("X-MBX-APIKEY", &text(&account, "apiKey")?)])?;
        let prefix = format!("{prefix}/binance/fapi/v1");
        let ticker = client.get(&format!("{prefix}/ticker/price?symbol=BTCUSDT"))?.json()?;
        let time =
            client.get(&format!("{prefix}/time"))?.json()?["serverTime"].as_u64().context("no serverTime")?;
        let (secret, price) = (text(&account, "apiSecretKey")?, resting_price(&ticker["price"])?);
        Ok(Self { client, prefix, secret, price, clock: (time, Instant::now()) })
    }

    fn trade(mut self, time: Duration) -> Result<u64> {
        let start = Instant::now();
        let mut orders = 0;
        let order =
            format!("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price={}", self.price);
        while start.elapsed() < time {
            self.signed("POST", "order", &order)?;
            orders += 1;
            if orders % BATCH == 0 {
                self.signed("DELETE", "allOpenOrders", "symbol=BTCUSDT")?;
            }
        }
        Ok(orders)
    }

    fn signed(&mut self, method: &str, path: &str, parameters: &str) -> Result<Value> {
        let now = self.clock.0 + u64::try_from(self.clock.1.elapsed().as_millis())?;
        let query = format!("{parameters}&timestamp={now}");
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())?;
        mac.update(query.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let target = format!("{}/{path}?{query}&signature={signature}", self.prefix);
        self.client.send(method, &target, None)?.json()
    }
}

/// Three percent below a price, in whole dollars: near enough for the filters, and far enough not to fill
/// immediately.
fn resting_price(price: &Value) -> Result<u64> {
    let text = price.as_str().map_or_else(|| price.to_string(), str::to_owned);
    let whole: u64 =
        text.split('.').next().unwrap_or_default().parse().with_context(|| format!("price {text}"))?;
    Ok(whole * 97 / 100)
}

/// Splits `http://127.0.0.1:4000/sandbox` into address and path.
fn split(url: &str) -> Result<(SocketAddr, &str)> {
    let rest = url.strip_prefix("http://").context("not an http address")?;
    let slash = rest.find('/').unwrap_or(rest.len());
    Ok((rest[..slash].parse()?, &rest[slash..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resting_price_is_below_the_market_and_whole() {
        assert_eq!(resting_price(&json!("10776.59")).unwrap(), 10_452);
        assert_eq!(resting_price(&json!(200)).unwrap(), 194);
        assert!(resting_price(&Value::Null).is_err());
    }

    #[test]
    fn an_address_is_split_from_its_path() {
        assert_eq!(
            split("http://127.0.0.1:4000/sandbox").unwrap(),
            ("127.0.0.1:4000".parse().unwrap(), "/sandbox")
        );
        assert!(split("https://127.0.0.1").is_err());
    }
}
