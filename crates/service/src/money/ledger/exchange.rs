//! Transfers between a USDT account and a sandbox exchange account.
//!
//! As with orders, the decision is written before it is sent to the exchange, and the request carries an id that
//! the exchange executes only once, however often it arrives. Outgoing funds are held in the ledger until
//! they have arrived.

use super::{Why, desk_account, find_account, minus, post, read_amount};
use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    money::Money,
    platform::audit::{self, AuditAction},
    trading::{key, sandbox_control::Funding},
};
use domain::{
    ExchangeKey, ExchangeKeyId, LedgerAccountId, LedgerHoldId, TransferId,
    ledger::{CurrencyAccount, MovementKind, Transfer, TransferStatus, Units},
    time::SECOND,
    validation::Problem,
};
use store::{
    Tx,
    ledger::{self as rows, Purpose, TransferRow},
};

/// The only currency that both the exchange accounts and the ledger hold.
const CURRENCY: &str = "USDT";
/// How long a process owns a transfer; afterwards others may take it over.
const LEASE: i64 = 30 * SECOND;
/// Maximum transfers shown.
const SHOWN: i64 = 20;

/// Accounts a user can move funds between, and their transfers.
#[derive(Clone, Debug, Default)]
pub struct Movers {
    /// The user's USDT account, if any.
    pub account: Option<CurrencyAccount>,
    /// The user's sandbox exchange accounts.
    pub keys: Vec<ExchangeKey>,
    /// The user's last transfers.
    pub transfers: Vec<Transfer>,
}

/// Returns the accounts the user can move funds between, and their last transfers.
///
/// # Errors
/// When the database cannot be read.
pub async fn movers(desk: &Money, actor: &Actor) -> Result<Movers> {
    let account = rows::by_currency(&desk.db, actor.user, CURRENCY).await?;
    let keys = key::list_keys(desk, actor).await?.into_iter().filter(|key| key.sandbox).collect();
    let transfers = rows::transfers_of(&desk.db, actor.user, SHOWN).await?;
    let shown = |t: TransferRow| Transfer { id: t.id, kind: t.kind, amount: t.amount, status: t.status };
    Ok(Movers {
        account: account.and_then(rows::AccountRow::person),
        keys,
        transfers: transfers.into_iter().map(shown).collect(),
    })
}

/// Moves funds to (`to_exchange`) or from a sandbox exchange account. The status is `Working` if the
/// exchange's answer is unknown; the desk then retries in the background.
///
/// # Errors
/// Not found; a problem of `amount` if the source does not cover it; of `account` if it is not a USDT account
/// or the key not that of a sandbox account.
pub async fn move_funds(
    desk: &Money,
    actor: &Actor,
    origin: &Origin,
    public_id: &str,
    id: ExchangeKeyId,
    to_exchange: bool,
    amount: &str,
) -> Result<Transfer> {
    let key = key::find_key(desk, actor, id).await?;
    let account = find_account(desk, actor, public_id).await?;
    if account.currency != CURRENCY || !key.key.sandbox {
        return Err(Error::field("account", Problem::NotTransferable));
    }
    let amount = read_amount(desk, CURRENCY, amount).await?;
    let kind = if to_exchange { MovementKind::ToExchange } else { MovementKind::FromExchange };
    let row = TransferRow {
        id: TransferId::mint(&*desk.clock, &*desk.entropy),
        user_id: actor.user,
        account_id: account.id,
        exchange_key_id: id,
        api_key: key.key.api_key,
        trade_type: key.key.trade_type,
        kind,
        amount,
        hold_id: to_exchange.then(|| LedgerHoldId::mint(&*desk.clock, &*desk.entropy)),
        status: TransferStatus::Working,
        created_at: desk.clock.now(),
    };
    decide(desk, origin, &row).await?;
    let status = carry_out(desk, &row).await?;
    if status == TransferStatus::Failed {
        return Err(Error::field("amount", Problem::NotCovered));
    }
    desk.hub.request_refresh_of_key(id);
    Ok(Transfer { id: row.id, kind, amount, status })
}

/// Records the transfer, and holds outgoing funds.
async fn decide(desk: &Money, origin: &Origin, row: &TransferRow) -> Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if let Some(hold) = row.hold_id
        && !rows::insert_hold(&mut tx, hold, row.account_id, row.amount, now).await?
    {
        return Err(Error::field("amount", Problem::NotCovered));
    }
    rows::insert_transfer(&mut tx, row, now.plus(LEASE)).await?;
    let subject = row.id.to_string();
    audit::record(desk, &mut tx, Some(row.user_id), AuditAction::FundsMoved, &subject, Some(origin)).await?;
    Ok(tx.commit().await?)
}

/// Sends the transfer to the exchange and books the result. If that is unknown, the transfer stays as it is.
async fn carry_out(desk: &Money, row: &TransferRow) -> Result<TransferStatus> {
    let Some(sandbox) = &desk.sandbox else { return Ok(TransferStatus::Working) };
    let amount = if row.kind == MovementKind::ToExchange { row.amount } else { minus(row.amount)? };
    let reference = row.id.to_string();
    let funding = Funding {
        api_key: &row.api_key,
        wallet: row.trade_type,
        amount: amount.decimal(),
        reference: &reference,
    };
    match sandbox.fund(&funding).await {
        Ok(true) => settle(desk, row, TransferStatus::Done).await,
        // Rejected, or no such account: both are final.
        Ok(false) | Err(Error::NotFound) => settle(desk, row, TransferStatus::Failed).await,
        Err(error) => {
            tracing::warn!(transfer = %row.id, %error, "the outcome of a transfer is unknown; will ask again");
            Ok(TransferStatus::Working)
        }
    }
}

/// Books the result once; a concurrent caller finds it booked.
async fn settle(desk: &Money, row: &TransferRow, status: TransferStatus) -> Result<TransferStatus> {
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if !rows::settle_transfer(&mut tx, row.id, status, now).await? {
        let booked = rows::get_transfer(&mut tx, row.id).await?;
        return Ok(booked.map_or(status, |row| row.status));
    }
    // Another transfer of the same user may be settled concurrently: both lock the same accounts, and may
    // both open the desk's account for the first time.
    let own = desk_account(desk, &mut tx, Purpose::Exchange, CURRENCY).await?;
    rows::lock_accounts(&mut tx, vec![row.account_id, own]).await?;
    if let Some(hold) = row.hold_id {
        rows::end_hold(&mut tx, hold, now).await?;
    }
    if status == TransferStatus::Done {
        book(desk, &mut tx, row, own).await?;
    }
    tx.commit().await?;
    Ok(status)
}

async fn book(desk: &Money, tx: &mut Tx, row: &TransferRow, own: LedgerAccountId) -> Result<()> {
    let out: Units = if row.kind == MovementKind::ToExchange { row.amount } else { minus(row.amount)? };
    let reference = format!("transfer:{}", row.id);
    let why = Why { kind: row.kind, reference: &reference, by: Some(row.user_id), memo: "" };
    post(desk, tx, why, &[(row.account_id, minus(out)?), (own, out)]).await
}

/// Resumes transfers left by a killed process or after an unknown answer: sends them to the exchange again
/// under the same id.
///
/// # Errors
/// When the database cannot be used.
pub async fn settle_due(desk: &Money) -> Result<()> {
    let now = desk.clock.now();
    for row in rows::due_transfers(&desk.db, now).await? {
        let mut tx = desk.db.begin().await?;
        let ours = rows::claim_transfer(&mut tx, row.id, now, now.plus(LEASE)).await?;
        tx.commit().await?;
        if ours {
            carry_out(desk, &row).await?;
        }
    }
    Ok(())
}
