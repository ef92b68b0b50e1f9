//! The ledger, double-entry: every movement is an immutable, balanced transaction, written together with the
//! balances that result (docs/ARCHITECTURE.md, "The ledger").

mod check;
mod country;
mod exchange;

pub use check::{Audit, audit_all};
pub use country::{Rules, UserCountry, place, rules, set_rule};
pub use exchange::{Movers, move_funds, movers, settle_due};
pub use store::currency::Rule;

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::step_up,
    money::Money,
    platform::audit::{self, AuditAction},
};
use domain::{
    LedgerAccountId, LedgerTransactionId, Role, UserId,
    ledger::{self, CurrencyAccount, Movement, MovementKind, Units},
    validation::Problem,
};
use store::{
    Tx,
    ledger::{self as rows, AccountRow, NewTransaction, Purpose},
};

/// Alphabet of public ids, without similar characters.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Maximum movements shown.
const SHOWN: i64 = 200;
/// Maximum characters of a memo.
const MEMO: usize = 140;

/// Opens a currency account, if the currency is enabled in the user's country.
///
/// # Errors
/// On `currency`: [`Problem::NotCurrency`], [`Problem::CurrencyNotEnabled`], [`Problem::AccountExists`].
pub async fn open_account(
    desk: &Money,
    actor: &Actor,
    origin: &Origin,
    currency: &str,
) -> Result<CurrencyAccount> {
    let code = ledger::code(currency).map_err(|problem| Error::field("currency", problem))?;
    let enabled = country::enabled(desk, actor, code).await?;
    if !enabled {
        return Err(Error::field("currency", Problem::CurrencyNotEnabled));
    }
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let id = LedgerAccountId::mint(&*desk.clock, &*desk.entropy);
    loop {
        let public_id = public_id(desk);
        match rows::insert(&mut tx, id, &public_id, actor.user, code, now).await {
            Ok(true) => break,
            // The public id is taken: try another.
            Ok(false) => {}
            Err(error) if error.is_unique() => return Err(Error::field("currency", Problem::AccountExists)),
            Err(error) => return Err(error.into()),
        }
    }
    let subject = id.to_string();
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::AccountOpened, &subject, Some(origin))
        .await?;
    let row = rows::get(&mut tx, id).await?;
    tx.commit().await?;
    row.and_then(AccountRow::person)
        .ok_or_else(|| Error::fault("a new account is missing after it was stored"))
}

fn public_id(desk: &Money) -> String {
    let mut random = [0_u8; 6];
    desk.entropy.fill(&mut random);
    let letter = |byte: u8| char::from(ALPHABET[usize::from(byte % 32)]);
    format!("acc_{}", random.into_iter().map(letter).collect::<String>())
}

/// The user's accounts, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_accounts(desk: &Money, actor: &Actor) -> Result<Vec<CurrencyAccount>> {
    let all = rows::list_by_user(&desk.db, actor.user).await?;
    Ok(all.into_iter().filter_map(AccountRow::person).collect())
}

/// One of the user's accounts, by its public id.
///
/// # Errors
/// [`Error::NotFound`], also if it belongs to another user.
pub async fn find_account(desk: &Money, actor: &Actor, public_id: &str) -> Result<CurrencyAccount> {
    let row = rows::by_public_id(&desk.db, Some(actor.user), public_id).await?;
    row.and_then(AccountRow::person).ok_or(Error::NotFound)
}

/// The user's account in a currency.
///
/// # Errors
/// Fields; [`Error::NotFound`].
pub async fn in_currency(desk: &Money, actor: &Actor, currency: &str) -> Result<CurrencyAccount> {
    let code = ledger::code(currency).map_err(|problem| Error::field("currency", problem))?;
    let row = rows::by_currency(&desk.db, actor.user, code).await?;
    row.and_then(AccountRow::person).ok_or(Error::NotFound)
}

/// An account with its movements, newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list_movements(
    desk: &Money,
    actor: &Actor,
    public_id: &str,
) -> Result<(CurrencyAccount, Vec<Movement>)> {
    let account = find_account(desk, actor, public_id).await?;
    let movements = rows::list_movements(&desk.db, account.id, SHOWN).await?;
    Ok((account, movements))
}

/// Description of a ledger transaction.
#[derive(Clone, Copy, Debug)]
pub struct Why<'a> {
    /// Kind of movement.
    pub kind: MovementKind,
    /// Unique reference: a transaction with the same one is not written twice.
    pub reference: &'a str,
    /// The user who initiated it, if any.
    pub by: Option<UserId>,
    /// Free text.
    pub memo: &'a str,
}

/// Input of [`credit_account`].
#[derive(Clone, Copy, Debug)]
pub struct Credit<'a> {
    /// Public id of the account.
    pub public_id: &'a str,
    /// Amount as typed.
    pub amount: &'a str,
    /// The operator's reason.
    pub memo: &'a str,
    /// Unique reference: the same one credits only once.
    pub reference: &'a str,
}

/// Credits an account (operators only). The same reference credits only once.
///
/// # Errors
/// [`Error::Forbidden`]; [`Problem::Unknown`] on `account`; a problem of `amount`; [`Error::StepUp`].
pub async fn credit_account(desk: &Money, admin: &Actor, origin: &Origin, credit: Credit<'_>) -> Result<()> {
    admin.must(Role::Admin)?;
    let Credit { public_id, amount, memo, reference } = credit;
    let account = rows::by_public_id(&desk.db, None, &public_id.replace('\0', "")).await?;
    let account = account.ok_or_else(|| Error::field("account", Problem::Unknown))?;
    let units = read_amount(desk, &account.currency, amount).await?;
    step_up::require_recent_password(desk, admin).await?;
    let memo: String = memo.chars().filter(|c| !c.is_control()).take(MEMO).collect();
    let reference = format!("credit:{}:{reference}", admin.user);
    let why = Why { kind: MovementKind::Credit, reference: &reference, by: Some(admin.user), memo: &memo };
    let mut tx = desk.db.begin().await?;
    if rows::transaction_exists(&mut tx, &reference).await? {
        return Ok(());
    }
    let own = desk_account(desk, &mut tx, Purpose::Issued, &account.currency).await?;
    post(desk, &mut tx, why, &[(own, minus(units)?), (account.id, units)]).await?;
    let subject = account.id.to_string();
    audit::record(desk, &mut tx, Some(admin.user), AuditAction::AccountCredited, &subject, Some(origin))
        .await?;
    Ok(tx.commit().await?)
}

/// Transfers money between two accounts of the same currency.
///
/// # Errors
/// [`Error::NotFound`]; [`Problem::NotCovered`] on `amount`.
pub async fn transfer_funds(
    desk: &Money,
    from: LedgerAccountId,
    to: LedgerAccountId,
    amount: Units,
    reference: &str,
) -> Result<()> {
    let why = Why { kind: MovementKind::Transfer, reference, by: None, memo: "" };
    let mut tx = desk.db.begin().await?;
    post(desk, &mut tx, why, &[(from, minus(amount)?), (to, amount)]).await?;
    Ok(tx.commit().await?)
}

/// Parses an amount in a currency of the ledger.
async fn read_amount(desk: &Money, currency: &str, amount: &str) -> Result<Units> {
    let currency = store::currency::get_currency(&desk.db, currency).await?.ok_or(Error::NotFound)?;
    currency.amount(amount).map_err(|problem| Error::field("amount", problem))
}

fn minus(units: Units) -> Result<Units> {
    units.negated().ok_or_else(|| Error::field("amount", Problem::NotNumber))
}

/// The desk's own account for a purpose, opened on first use.
async fn desk_account(
    desk: &Money,
    tx: &mut Tx,
    purpose: Purpose,
    currency: &str,
) -> Result<LedgerAccountId> {
    if let Some(row) = rows::get_own(&mut *tx, purpose, currency).await? {
        return Ok(row.id);
    }
    let id = LedgerAccountId::mint(&*desk.clock, &*desk.entropy);
    rows::open_own(&mut *tx, id, purpose, currency, desk.clock.now()).await?;
    let row = rows::get_own(&mut *tx, purpose, currency).await?;
    row.map(|row| row.id).ok_or_else(|| Error::fault("the counterparty account was not opened"))
}

/// Writes a balanced transaction. Accounts are locked in the order of their ids, so that concurrent
/// transactions cannot deadlock.
///
/// # Errors
/// [`Problem::NotCovered`] on `amount` if a user's account would fall below what is held; a fault if the
/// entries do not balance.
async fn post(desk: &Money, tx: &mut Tx, why: Why<'_>, entries: &[(LedgerAccountId, Units)]) -> Result<()> {
    balanced(tx, entries).await?;
    let id = LedgerTransactionId::mint(&*desk.clock, &*desk.entropy);
    let new = NewTransaction {
        id,
        kind: why.kind,
        reference: why.reference,
        by_user: why.by,
        memo: why.memo,
        at: desk.clock.now(),
    };
    rows::insert_transaction(tx, &new).await?;
    let mut entries = entries.to_vec();
    entries.sort_unstable_by_key(|(account, _)| *account);
    for (seq, (account, amount)) in (0_i64..).zip(entries) {
        if rows::apply_entry(tx, id, seq, account, amount).await?.is_none() {
            return Err(Error::field("amount", Problem::NotCovered));
        }
    }
    Ok(())
}

/// Checks that the entries of each currency add up to zero, and that no balance overflows.
async fn balanced(tx: &mut Tx, entries: &[(LedgerAccountId, Units)]) -> Result<()> {
    let mut sums = std::collections::BTreeMap::<String, i128>::new();
    for (account, amount) in entries {
        let row = rows::get(&mut *tx, *account).await?.ok_or(Error::NotFound)?;
        if row.total.plus(*amount).is_none() {
            return Err(Error::field("amount", Problem::NotNumber));
        }
        *sums.entry(row.currency).or_default() += i128::from(amount.0);
    }
    if entries.len() < 2 || sums.values().any(|sum| *sum != 0) {
        return Err(Error::fault("a transaction does not balance"));
    }
    Ok(())
}
