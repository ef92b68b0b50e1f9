//! Exchange keys as 3Commas programs see them: accounts with a number, what they are worth, and what they have gained.

mod worth;

pub use worth::{Gain, Worth};

use crate::{
    Actor, Desk, Error, Result, equity,
    key::{self, KeyChange, NewKey},
    plan,
};
use domain::{Decimal, ExchangeKey, ExchangeKeyId, Refusal};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use zeroize::Zeroizing;

/// Numbers begin here and end below 2^53, which every JSON reader keeps.
const LEAST: u64 = 1_000_000_000;
const MOST: u64 = 1 << 53;
/// Accounts read at the same time.
const AT_ONCE: usize = 8;

/// An exchange account.
#[derive(Clone, Debug)]
pub struct Account {
    /// What programs know it by: stable, random, and never another's.
    pub number: i64,
    /// The key itself.
    pub key: ExchangeKey,
    /// What it is worth and has gained.
    pub worth: Worth,
}

/// One asset of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Which.
    pub code: String,
    /// Can be used.
    pub free: Decimal,
    /// Held by orders and positions.
    pub used: Decimal,
    /// One of it, in USD.
    pub price_usd: Decimal,
    /// All of it, in USD.
    pub usd: Decimal,
    /// All of it, in BTC; none when nobody knows a price.
    pub btc: Option<Decimal>,
}

/// Connects the account and its siblings, all or none; answers the first.
///
/// # Errors
/// As [`key::create`]; 2103 when the plan allows no manually created keys.
pub async fn create(desk: &Desk, actor: &Actor, news: Vec<NewKey>) -> Result<Account> {
    if !plan::of(desk, actor).await?.limits.manual_keys {
        return Err(Refusal::PlanFeature.into());
    }
    let made = key::create_together(desk, actor, news).await?;
    for key in &made {
        number(desk, key.id).await?;
        let row = key::find(desk, actor, key.id).await?;
        equity::note(desk, &row).await?;
    }
    let first = made.into_iter().next().ok_or(Error::NotFound)?;
    account(desk, first).await
}

/// The person's accounts, in the order they were connected.
///
/// # Errors
/// When the database cannot be used.
pub async fn list(desk: &Desk, actor: &Actor) -> Result<Vec<Account>> {
    let keys = key::list(desk, actor).await?;
    stream::iter(keys).map(|key| account(desk, key)).buffered(AT_ONCE).try_collect().await
}

/// One account.
///
/// # Errors
/// Not found, also when it is another's.
pub async fn get(desk: &Desk, actor: &Actor, number: i64) -> Result<Account> {
    account(desk, find(desk, actor, number).await?).await
}

/// Renames an account, or gives it new credentials.
///
/// # Errors
/// As [`key::update`].
pub async fn update(
    desk: &Desk,
    actor: &Actor,
    number: i64,
    name: Option<String>,
    credentials: Option<(String, Zeroizing<String>)>,
) -> Result<Account> {
    let key = find(desk, actor, number).await?;
    let change = KeyChange { name, credentials, ..KeyChange::default() };
    account(desk, key::update(desk, actor, key.id, change).await?).await
}

/// Forgets an account. What stands at the exchange is left alone.
///
/// # Errors
/// Not found.
pub async fn remove(desk: &Desk, actor: &Actor, number: i64) -> Result<()> {
    let key = find(desk, actor, number).await?;
    key::delete(desk, actor, key.id).await
}

/// Reads an account's worth from its exchange now.
///
/// # Errors
/// Not found.
pub async fn refresh(desk: &Desk, actor: &Actor, number: i64) -> Result<Account> {
    let key = find(desk, actor, number).await?;
    let row = key::find(desk, actor, key.id).await?;
    equity::note(desk, &row).await?;
    // It may have been switched off by what the exchange answered.
    let key = find(desk, actor, number).await?;
    account(desk, key).await
}

/// The assets of an account, by their names.
///
/// # Errors
/// Not found; 1103; unavailable when the exchange does not answer.
pub async fn assets(desk: &Desk, actor: &Actor, number: i64) -> Result<(Account, Vec<Asset>)> {
    let key = find(desk, actor, number).await?;
    let balance = key::balance(desk, actor, key.id).await?;
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

async fn find(desk: &Desk, actor: &Actor, number: i64) -> Result<ExchangeKey> {
    let id = store::account_number::key_of(&desk.db, actor.user, number).await?.ok_or(Error::NotFound)?;
    Ok(key::find(desk, actor, id).await?.key)
}

async fn account(desk: &Desk, key: ExchangeKey) -> Result<Account> {
    let number = number(desk, key.id).await?;
    if key.active
        && store::equity::latest_by_key(&desk.db, key.id).await?.is_none()
        && let Some(row) = store::key::get_any(&desk.db, key.id).await?
    {
        // Connected through another door a moment ago: the next snapshot is up to a minute away.
        equity::note(desk, &row).await?;
    }
    let worth = worth::of(desk, key.id).await?;
    Ok(Account { number, key, worth })
}

/// A key's number, given when it is first asked for.
async fn number(desk: &Desk, id: ExchangeKeyId) -> Result<i64> {
    loop {
        if let Some(number) = store::account_number::get(&desk.db, id).await? {
            return Ok(number);
        }
        let mut random = [0_u8; 8];
        desk.chance.fill(&mut random);
        let number = LEAST + u64::from_be_bytes(random) % (MOST - LEAST);
        let mut tx = desk.db.begin().await?;
        // Taken, or given by another request a moment ago: the next round sees which.
        store::account_number::insert(&mut tx, id, i64::try_from(number).map_err(Error::fault)?).await?;
        tx.commit().await?;
    }
}
