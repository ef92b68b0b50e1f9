//! The legs of an intent: each order that it sends, with its outcome.

mod archive;

pub use archive::{archivable_legs, delete_archived_legs, mark_archived, page_end};

use crate::{Error, JsonText, Result, Source, Tx};
use domain::{ExchangeKeyId, IntentId, Micros, Order};
use sqlx::FromRow;

domain::words! {
    /// The status of a leg.
    pub LegStatus {
        /// Not sent, or it is unknown whether it was.
        Planned = "planned",
        /// Accepted by the exchange.
        Placed = "placed",
        /// Rejected by the exchange.
        Refused = "refused",
        /// The order was not needed.
        Skipped = "skipped",
        /// Final.
        Done = "done",
    }
}
domain::text_column!(LegStatus, |status| status.word().to_owned(), LegStatus::parse);

/// A leg to store, with status [`LegStatus::Planned`].
#[derive(Clone, Debug)]
pub struct NewLeg {
    /// Sequence number within the intent.
    pub seq: u16,
    /// Role of the leg.
    pub role: String,
    /// Client order id, by which the order can always be found; `None` for a leg that is not an order.
    pub client_order_id: Option<String>,
    /// The planned request, as JSON.
    pub body: String,
}

/// An update of a leg.
#[derive(Clone, Copy, Debug)]
pub struct LegUpdate<'a> {
    /// Sequence number within the intent.
    pub seq: u16,
    /// New status.
    pub status: LegStatus,
    /// The order as last reported by the exchange, as JSON.
    pub order_json: Option<&'a str>,
    /// Why it was rejected, as JSON.
    pub failure: Option<&'a str>,
}

/// A stored leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The intent it belongs to.
    pub intent_id: IntentId,
    /// Sequence number within the intent.
    pub seq: u16,
    /// Role of the leg.
    pub role: String,
    /// Client order id; `None` for a leg that is not an order.
    pub client_order_id: Option<String>,
    /// The planned request, as JSON.
    pub body: String,
    /// Current status.
    pub status: LegStatus,
    /// The order as last reported by the exchange.
    pub order_json: Option<JsonText<Order>>,
    /// Why it was rejected, as JSON.
    pub failure: Option<String>,
    /// When the row was last changed.
    pub updated_at: Micros,
}

#[derive(FromRow)]
struct Row {
    intent_id: IntentId,
    seq: i64,
    role: String,
    client_order_id: Option<String>,
    body: String,
    status: LegStatus,
    order_json: Option<JsonText<Order>>,
    failure: Option<String>,
    updated_at: Micros,
}

#[derive(FromRow)]
struct Place {
    intent_id: IntentId,
    seq: i64,
}

/// Converts a stored number, because neither engine has unsigned integers.
fn seq(stored: i64) -> Result<u16> {
    u16::try_from(stored).map_err(|error| Error::from(sqlx::Error::Decode(error.into())))
}

impl TryFrom<Row> for Leg {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let Row { intent_id, role, client_order_id, body, status, order_json, failure, updated_at, .. } = row;
        let seq = seq(row.seq)?;
        Ok(Self { intent_id, seq, role, client_order_id, body, status, order_json, failure, updated_at })
    }
}

/// Adds legs to an intent.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if a sequence number or a client order id is taken.
pub async fn add_legs(tx: &mut Tx, intent: IntentId, legs: &[NewLeg], at: Micros) -> Result<()> {
    if legs.is_empty() {
        return Ok(());
    }
    bulk!(
        tx,
        "insert into intent_legs (intent_id, seq, role, client_order_id, body, status, updated_at) ",
        legs,
        |leg: &NewLeg| [
            intent,
            i64::from(leg.seq),
            &leg.role,
            &leg.client_order_id,
            &leg.body,
            LegStatus::Planned,
            at
        ]
    )
    .map(drop)
}

select! {
    leg_rows -> Row,
    "intent_id, seq, role, client_order_id, body, status, order_json, failure, updated_at",
    "from intent_legs"
}
use leg_rows;

/// Lists the legs of an intent, in order.
pub async fn list_legs(from: impl Source, intent: IntentId) -> Result<Vec<Leg>> {
    leg_rows!(from, fetch_all, "where intent_id = $1 order by seq", intent)?
        .into_iter()
        .map(Leg::try_from)
        .collect()
}

/// Updates some of an intent's legs; returns the number of updated legs. Without an order in the update, the stored
/// one is kept.
pub async fn set_legs(tx: &mut Tx, intent: IntentId, legs: &[LegUpdate<'_>], at: Micros) -> Result<u64> {
    if legs.is_empty() {
        return Ok(0);
    }
    bulk!(
        tx,
        "with became (seq, status, order_json, failure) as (",
        legs,
        |leg: &LegUpdate<'_>| [i64::from(leg.seq), leg.status, leg.order_json, leg.failure],
        ") update intent_legs set status = became.status, \
           order_json = coalesce(became.order_json, intent_legs.order_json), failure = became.failure, \
           updated_at = " [at]
        " from became where intent_legs.seq = became.seq and intent_legs.intent_id = " [intent]
    )
}

/// Replaces a leg's planned request, for example when its entry was only partially filled. Returns `false` if the
/// exchange has already accepted the leg, or if it is skipped, done or does not exist.
pub async fn set_leg_body(tx: &mut Tx, intent: IntentId, seq: u16, body: &str, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intent_legs set body = $3, updated_at = $4 \
         where intent_id = $1 and seq = $2 and status in ('planned', 'refused')",
        intent,
        i64::from(seq),
        body,
        at
    )?;
    Ok(rows == 1)
}

/// A closing order of a change of a trade.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Reduction {
    /// The intent of the change.
    pub intent_id: IntentId,
    /// The order as last reported by the exchange; `None` if it is not known.
    pub order_json: Option<JsonText<Order>>,
}

/// Lists the closing orders of the changes of a trade, oldest first.
pub async fn list_reductions(from: impl Source, trade: IntentId) -> Result<Vec<Reduction>> {
    rows!(
        Reduction,
        from,
        fetch_all,
        "select l.intent_id, l.order_json from intent_legs l join trade_changes h on h.id = l.intent_id \
         where h.trade_id = $1 and l.role = 'close' order by l.intent_id, l.seq",
        trade
    )
}

/// Finds the leg of an order: its intent and sequence number.
pub async fn leg_by_client_id(from: impl Source, client_order_id: &str) -> Result<Option<(IntentId, u16)>> {
    let place = rows!(
        Place,
        from,
        fetch_optional,
        "select intent_id, seq from intent_legs where client_order_id = $1",
        client_order_id
    )?;
    place.map(|place| Ok((place.intent_id, seq(place.seq)?))).transpose()
}

/// The intent of an order, as far as the history of trades needs it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Origin {
    /// The intent.
    pub intent_id: IntentId,
    /// Role of the leg.
    pub role: String,
    /// The intent's request, as JSON.
    pub request: String,
}

/// Returns the intent and the role of the order that an exchange key has under this client order id.
pub async fn origin_of(
    from: impl Source,
    key: ExchangeKeyId,
    client_order_id: &str,
) -> Result<Option<Origin>> {
    rows!(
        Origin,
        from,
        fetch_optional,
        "select l.intent_id, l.role, i.request from intent_legs l join intents i on i.id = l.intent_id \
         where l.client_order_id = $1 and i.exchange_key_id = $2",
        client_order_id,
        key
    )
}
