//! The request bodies as the OpenAPI document describes them; the handlers parse them manually.

use crate::rest::words;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A new strategy.
#[derive(Serialize, ToSchema)]
pub(super) struct StrategyBody {
    /// Unique, at most 60 characters.
    #[schema(example = "External signal source", min_length = 1, max_length = 60)]
    name: String,
    /// At most 2000 characters.
    description: Option<String>,
    /// A futures market of the exchange; it cannot be changed later.
    #[schema(example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    symbol: String,
    /// Timeframe; 1m by default.
    #[schema(value_type = Option<words::Timeframe>)]
    timeframe: Option<String>,
    /// Strategy rules (docs/STRATEGIES.md); omit them for a strategy with an external signal source.
    definition: Option<Value>,
    /// Whether users can follow it now; false by default.
    active: Option<bool>,
}

/// Changes of a strategy. Only the fields that are sent change.
#[derive(Serialize, ToSchema)]
pub(super) struct StrategyChangeBody {
    /// Unique, at most 60 characters.
    name: Option<String>,
    /// At most 2000 characters.
    description: Option<String>,
    /// Timeframe.
    #[schema(value_type = Option<words::Timeframe>)]
    timeframe: Option<String>,
    /// Strategy rules.
    definition: Option<Value>,
    /// Activates or deactivates the strategy.
    active: Option<bool>,
}

/// A manual signal.
#[derive(Serialize, ToSchema)]
pub(super) struct SignalBody {
    /// ENTER or EXIT.
    #[schema(value_type = words::SignalAction)]
    action: String,
    /// BUY or SELL; required with ENTER.
    #[schema(value_type = Option<words::Side>)]
    side: Option<String>,
    /// Reference price; the current market price by default.
    #[schema(value_type = Option<words::Number>)]
    price: Option<f64>,
    /// Stop price; required with ENTER.
    #[schema(value_type = Option<words::Number>, example = 19000)]
    stop: Option<f64>,
    /// Take profit prices with equal shares; at most 25.
    #[schema(value_type = Option<Vec<words::Number>>, max_items = 25)]
    targets: Option<Vec<f64>>,
}

/// A plan assignment.
#[derive(Serialize, ToSchema)]
pub(super) struct AssignBody {
    /// E-mail of the user.
    #[schema(example = "ada@example.org")]
    email: String,
    /// Plan name. FREE removes the assigned plan; EXPERT is a private plan.
    #[schema(example = "EXPERT")]
    plan: String,
}

/// The copy pause.
#[derive(Serialize, ToSchema)]
pub(super) struct PauseBody {
    /// `true` pauses new entries. Exits and protection continue.
    paused: bool,
}

/// The maintenance mode.
#[derive(Serialize, ToSchema)]
pub(super) struct MaintenanceBody {
    /// `true` turns maintenance mode on: only admins can sign in.
    on: bool,
    /// Message for users; at most 300 characters.
    #[schema(example = "Back at 14:00 UTC.")]
    message: Option<String>,
}
