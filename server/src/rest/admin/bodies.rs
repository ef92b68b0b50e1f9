//! The request bodies as the OpenAPI document describes them; the handlers parse them manually.

use crate::rest::words;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A new strategy.
#[derive(Serialize, ToSchema)]
pub(super) struct StrategyBody {
    /// Unique, at most 60 characters.
    #[schema(example = "Outside brain", min_length = 1, max_length = 60)]
    name: String,
    /// At most 2000 characters.
    description: Option<String>,
    /// A futures market of the exchange; it cannot be changed later.
    #[schema(example = "BTC/USDT", pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    symbol: String,
    /// The bar interval; 1m by default.
    #[schema(value_type = Option<words::Timeframe>)]
    timeframe: Option<String>,
    /// The strategy rules (docs/STRATEGIES.md); without rules, an external signal source decides.
    definition: Option<Value>,
    /// Whether it can be followed immediately; false by default.
    active: Option<bool>,
}

/// Changes to a strategy; omitted fields stay unchanged.
#[derive(Serialize, ToSchema)]
pub(super) struct StrategyChangeBody {
    /// Unique, at most 60 characters.
    name: Option<String>,
    /// At most 2000 characters.
    description: Option<String>,
    /// The bar interval.
    #[schema(value_type = Option<words::Timeframe>)]
    timeframe: Option<String>,
    /// The strategy rules.
    definition: Option<Value>,
    /// Whether the strategy is active.
    active: Option<bool>,
}

/// A signal sent manually.
#[derive(Serialize, ToSchema)]
pub(super) struct SignalBody {
    /// ENTER or EXIT.
    #[schema(value_type = words::SignalAction)]
    action: String,
    /// BUY or SELL; for ENTER.
    #[schema(value_type = Option<words::Side>)]
    side: Option<String>,
    /// The signal's reference price; the current market price by default.
    #[schema(value_type = Option<words::Number>)]
    price: Option<f64>,
    /// The stop price; for ENTER.
    #[schema(value_type = Option<words::Number>, example = 19000)]
    stop: Option<f64>,
    /// The take-profit prices, with equal shares; at most ten.
    #[schema(value_type = Option<Vec<words::Number>>, max_items = 10)]
    targets: Option<Vec<f64>>,
}

/// A plan assigned to a user.
#[derive(Serialize, ToSchema)]
pub(super) struct AssignBody {
    /// The user's e-mail address.
    #[schema(example = "ada@example.org")]
    email: String,
    /// FREE revokes the assigned plan; EXPERT is private.
    #[schema(example = "EXPERT")]
    plan: String,
}

/// The switch that pauses all new copies.
#[derive(Serialize, ToSchema)]
pub(super) struct PauseBody {
    /// True pauses new entries; exits and protection continue.
    paused: bool,
}

/// The maintenance mode switch.
#[derive(Serialize, ToSchema)]
pub(super) struct MaintenanceBody {
    /// True closes the desk to everyone except operators.
    on: bool,
    /// The message shown to everyone; at most 300 characters.
    #[schema(example = "Back at 14:00 UTC.")]
    message: Option<String>,
}
