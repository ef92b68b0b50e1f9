//! Exchange keys as seen by 3Commas clients: accounts with a number, a value and a profit.

mod worth;

pub use worth::{Gain, Worth};

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::plan,
    trading::{
        Trading, equity,
        key::{self, KeyChange, NewKey},
    },
};
use domain::{Decimal, ExchangeKey, ExchangeKeyId, Refusal};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use zeroize::Zeroizing;

/// Account numbers are between these bounds; below 2^53 every JSON parser keeps them exactly.
const LEAST: u64 = 1_000_000_000;
const MOST: u64 = 1 << 53;
/// Accounts read concurrently.
const CONCURRENCY: usize = 8;

/// An exchange account.
#[derive(Clone, Debug)]
pub struct ExchangeAccount {
    /// The number by which clients know the account: stable, random and unique.
    pub number: i64,
    /// The key.
    pub key: ExchangeKey,
    /// The account's value and profit.
    pub worth: Worth,
}

/// One asset of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The asset's code.
    pub code: String,
    /// The available amount.
    pub free: Decimal,
    /// The amount held by orders and positions.
    pub used: Decimal,
    /// Price of one unit in USD.
    pub price_usd: Decimal,
    /// Value of the total amount in USD.
    pub usd: Decimal,
    /// Value of the total amount in BTC; `None` if the price is unknown.
    pub btc: Option<Decimal>,
}

/// Connects the account and its siblings, all or none. Returns the first.
///
/// # Errors
/// As [`key::connect_key`]; 2103 if the plan does not allow manually created keys.
pub async fn connect_accounts(desk: &Trading, actor: &Actor, news: Vec<NewKey>) -> Result<ExchangeAccount> {
    if !plan::plan_of(desk, actor).await?.limits.manual_keys {
        return Err(Refusal::PlanFeature.into());
    }
    let made = key::create_together(desk, actor, news).await?;
    for key in &made {
        number(desk, key.id).await?;
        let row = key::find_key(desk, actor, key.id).await?;
        equity::record_value(desk, &row).await?;
    }
    let first = made.into_iter().next().ok_or(Error::NotFound)?;
    account(desk, first).await
}

/// Returns the caller's accounts, in the order they were connected.
///
/// # Errors
/// If the database cannot be used.
pub async fn list_accounts(desk: &Trading, actor: &Actor) -> Result<Vec<ExchangeAccount>> {
    let keys = key::list_keys(desk, actor).await?;
    stream::iter(keys).map(|key| account(desk, key)).buffered(CONCURRENCY).try_collect().await
}

/// Returns one account.
///
/// # Errors
/// Not found, also if it belongs to another user.
pub async fn get_account(desk: &Trading, actor: &Actor, number: i64) -> Result<ExchangeAccount> {
    account(desk, find(desk, actor, number).await?).await
}

/// Renames an account or replaces its credentials.
///
/// # Errors
/// As [`key::update_key`].
pub async fn update_account(
    desk: &Trading,
    actor: &Actor,
    number: i64,
    name: Option<String>,
    credentials: Option<(String, Zeroizing<String>)>,
) -> Result<ExchangeAccount> {
    let key = find(desk, actor, number).await?;
    let change = KeyChange { name, credentials, ..KeyChange::default() };
    account(desk, key::update_key(desk, actor, key.id, change).await?).await
}

/// Removes an account. Orders and positions at the exchange are left alone.
///
/// # Errors
/// Not found.
pub async fn remove_account(desk: &Trading, actor: &Actor, number: i64) -> Result<()> {
    let key = find(desk, actor, number).await?;
    key::delete_key(desk, actor, key.id).await.map(drop)
}

/// Reads an account's value from its exchange now.
///
/// # Errors
/// Not found.
pub async fn refresh_value(desk: &Trading, actor: &Actor, number: i64) -> Result<ExchangeAccount> {
    let key = find(desk, actor, number).await?;
    let row = key::find_key(desk, actor, key.id).await?;
    equity::record_value(desk, &row).await?;
    // Read again, because the exchange's answer may have disabled the key.
    let key = find(desk, actor, number).await?;
    account(desk, key).await
}

/// Returns the assets of an account, ordered by code.
///
/// # Errors
/// Not found; 1103; unavailable if the exchange does not answer.
pub async fn assets(desk: &Trading, actor: &Actor, number: i64) -> Result<(ExchangeAccount, Vec<Asset>)> {
    let key = find(desk, actor, number).await?;
    let balance = key::get_balance(desk, actor, key.id).await?;
    let bitcoin = worth::bitcoin_now(desk).await;
    let mut assets = Vec::new();
    for (code, funds) in balance.assets.iter().filter(|(_, funds)| !funds.total.is_zero()) {
        let price_usd = equity::price_usd(desk, code).await?;
        let usd = worth::cut(funds.total * price_usd);
        let btc = worth::in_bitcoin(usd, bitcoin);
        assets.push(Asset { code: code.clone(), free: funds.free, used: funds.used, price_usd, usd, btc });
    }
    Ok((account(desk, key).await?, assets))
}

async fn find(desk: &Trading, actor: &Actor, number: i64) -> Result<ExchangeKey> {
    let id = store::account_number::key_of(&desk.db, actor.user, number).await?.ok_or(Error::NotFound)?;
    Ok(key::find_key(desk, actor, id).await?.key)
}

async fn account(desk: &Trading, key: ExchangeKey) -> Result<ExchangeAccount> {
    let number = number(desk, key.id).await?;
    if key.active
        && store::equity::latest_by_key(&desk.db, key.id).await?.is_none()
        && let Some(row) = store::key::get_any(&desk.db, key.id).await?
    {
        // Just connected through another API: the next snapshot is up to a minute away.
        equity::record_value(desk, &row).await?;
    }
    let worth = worth::worth_of_key(desk, key.id).await?;
    Ok(ExchangeAccount { number, key, worth })
}

/// Returns a key's account number, assigning one on first use.
async fn number(desk: &Trading, id: ExchangeKeyId) -> Result<i64> {
    loop {
        if let Some(number) = store::account_number::get(&desk.db, id).await? {
            return Ok(number);
        }
        let mut random = [0_u8; 8];
        desk.entropy.fill(&mut random);
        let number = LEAST + u64::from_be_bytes(random) % (MOST - LEAST);
        let mut tx = desk.db.begin().await?;
        // The number is taken, or a concurrent request has assigned one: the next iteration finds out which.
        store::account_number::insert(&mut tx, id, i64::try_from(number).map_err(Error::fault)?).await?;
        tx.commit().await?;
    }
}
