//! Signals: sending them manually and following their fan-out.

use super::{
    bodies::{PauseBody, SignalBody},
    present::{CopyItem, CopyList, GivenItem, GivenList, Paused, ReachItem},
};
use crate::rest::{
    auth::Trader,
    hook::signal_request,
    mudawyl::{
        error::{MudawylFailure, PrivateErrors},
        present::Iso,
        raw_request::{FieldLocation, RawRequest},
        strategy::MOST,
        validate::{Check, flag, id, whole},
    },
};
use axum::{Json, extract::State};
use domain::validation::Problem;
use service::{
    SharedDesk,
    following::{copy, strategy},
};

/// Default number of items per page.
const PAGE: u16 = 50;

type HandlerResult<T> = Result<Json<T>, MudawylFailure>;

/// Send Signal
///
/// Sends a manual signal. It is copied to every active follower, like a signal from the strategy's own rules.
#[utoipa::path(
    post,
    path = "/v1/admin/strategy/{id}/signal",
    operation_id = "adminSendSignal",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    request_body = SignalBody,
    responses((status = 200, body = GivenItem), PrivateErrors)
)]
pub(super) async fn send_signal(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<GivenItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let (id, signal) = (check.path_id(), signal_request(&mut check));
    let (id, signal) = check.finish(id.zip(signal))?;
    let given = strategy::send(&desk, &actor, id, signal).await.map_err(|error| request.refuse(error))?;
    Ok(Json(GivenItem::from(given)))
}

/// Preview Signal
///
/// Returns how many accounts a manual signal would reach and about how much it would trade, by the stored balances.
/// Nothing is sent.
#[utoipa::path(
    post,
    path = "/v1/admin/strategy/{id}/signal/preview",
    operation_id = "adminPreviewSignal",
    tag = "Admin",
    params(("id" = String, Path, description = "STRATEGY_ID", format = Uuid)),
    request_body = SignalBody,
    responses((status = 200, body = ReachItem), PrivateErrors)
)]
pub(super) async fn preview_signal(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<ReachItem> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let (id, signal) = (check.path_id(), signal_request(&mut check));
    let (id, signal) = check.finish(id.zip(signal))?;
    let reach = strategy::preview_signal(&desk, &actor, id, &signal).await;
    Ok(Json(ReachItem::from(reach.map_err(|error| request.refuse(error))?)))
}

/// List Signals
///
/// Returns signals, newest first.
#[utoipa::path(
    get,
    path = "/v1/admin/signal",
    operation_id = "adminListSignals",
    tag = "Admin",
    params(
        ("strategyId" = Option<String>, Query, description = "Only signals of this strategy (STRATEGY_ID).", format = Uuid),
        ("before" = Option<String>, Query, description = "Only signals older than this one (SIGNAL_ID).", format = Uuid),
        ("limit" = Option<u16>, Query, description = "Number of items; 50 by default, at most 1000.", example = 50, minimum = 1, maximum = 1000),
    ),
    responses((status = 200, body = GivenList))
)]
pub(super) async fn list_signals(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<GivenList> {
    let mut check = Check::new(&request, FieldLocation::Query);
    let of = check.optional("strategyId", id(Problem::NotUuid));
    let before = check.optional("before", id(Problem::NotUuid));
    let limit = check.optional("limit", whole(1, MOST, Problem::NotLimit)).unwrap_or(PAGE);
    check.finish(Some(()))?;
    let given = strategy::list_signals(&desk, &actor, of, before, limit).await?;
    Ok(Json(GivenList { items: given.into_iter().map(GivenItem::from).collect() }))
}

/// Get Signal
///
/// Returns a signal and the number of its copies by status and reason.
#[utoipa::path(
    get,
    path = "/v1/admin/signal/{id}",
    operation_id = "adminGetSignal",
    tag = "Admin",
    params(("id" = String, Path, description = "SIGNAL_ID", format = Uuid)),
    responses((status = 200, body = GivenItem))
)]
pub(super) async fn get_signal(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<GivenItem> {
    let mut check = Check::new(&request, FieldLocation::Params);
    let id = check.path_id();
    let id = check.finish(id)?;
    Ok(Json(GivenItem::from(strategy::get_signal(&desk, &actor, id).await?)))
}

/// List Signal Copies
///
/// Returns the copies of a signal, one for each follower.
#[utoipa::path(
    get,
    path = "/v1/admin/signal/{id}/copies",
    operation_id = "adminListCopies",
    tag = "Admin",
    params(
        ("id" = String, Path, description = "SIGNAL_ID", format = Uuid),
        ("after" = Option<String>, Query, description = "Only copies queued after this one (COPY_ID).", format = Uuid),
        ("limit" = Option<u16>, Query, description = "Number of items; 50 by default, at most 1000.", example = 50, minimum = 1, maximum = 1000),
    ),
    responses((status = 200, body = CopyList))
)]
pub(super) async fn list_copies(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<CopyList> {
    let mut check = Check::new(&request, FieldLocation::Query);
    let of = check.path_id();
    let after = check.optional("after", id(Problem::NotUuid));
    let limit = check.optional("limit", whole(1, MOST, Problem::NotLimit)).unwrap_or(PAGE);
    let of = check.finish(of)?;
    let copies = strategy::copies(&desk, &actor, of, after, limit).await?;
    Ok(Json(CopyList { items: copies.into_iter().map(CopyItem::from).collect() }))
}

/// Get Copy Pause
///
/// Returns whether all new copies are paused.
#[utoipa::path(
    get,
    path = "/v1/admin/copies/pause",
    operation_id = "adminGetPause",
    tag = "Admin",
    responses((status = 200, body = Paused))
)]
pub(super) async fn get_pause(State(desk): State<SharedDesk>, _: Trader) -> HandlerResult<Paused> {
    seen(&desk).await
}

async fn seen(desk: &SharedDesk) -> HandlerResult<Paused> {
    let since = copy::paused_all(desk).await?.map(|paused| Iso(paused.since));
    Ok(Json(Paused { paused: since.is_some(), since }))
}

/// Set Copy Pause
///
/// Pauses all new copies, or resumes them. Exits, stop losses and take profits are never paused.
#[utoipa::path(
    put,
    path = "/v1/admin/copies/pause",
    operation_id = "adminPause",
    tag = "Admin",
    request_body = PauseBody,
    responses((status = 200, body = Paused))
)]
pub(super) async fn set_pause(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Paused> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let wanted = check.required("paused", flag);
    copy::pause_all(&desk, &actor, check.finish(wanted)?).await?;
    seen(&desk).await
}
