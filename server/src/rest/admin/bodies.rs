//! The request bodies as the OpenAPI document describes them; they are read by hand.

use crate::rest::words;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A strategy to be made.
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
    /// The length of its bars: 1m unless given.
    #[schema(value_type = Option<words::Timeframe>)]
    timeframe: Option<String>,
    /// How it decides (docs/STRATEGIES.md); without one an outside brain does.
    definition: Option<Value>,
    /// Whether it may be followed at once: false unless given.
    active: Option<bool>,
}

/// What changes of a strategy; what is left out stays.
#[derive(Serialize, ToSchema)]
pub(super) struct StrategyChangeBody {
    /// Unique, at most 60 characters.
    name: Option<String>,
    /// At most 2000 characters.
    description: Option<String>,
    /// The length of its bars.
    #[schema(value_type = Option<words::Timeframe>)]
    timeframe: Option<String>,
    /// How it decides.
    definition: Option<Value>,
    /// Activated or deactivated.
    active: Option<bool>,
}

/// A signal given by hand.
#[derive(Serialize, ToSchema)]
pub(super) struct SignalBody {
    /// ENTER or EXIT.
    #[schema(value_type = words::SignalAction)]
    action: String,
    /// BUY or SELL; for entering.
    #[schema(value_type = Option<words::Side>)]
    side: Option<String>,
    /// What it is decided at: the market's present price unless given.
    #[schema(value_type = Option<words::Number>)]
    price: Option<f64>,
    /// Where to be stopped out; for entering.
    #[schema(value_type = Option<words::Number>, example = 19000)]
    stop: Option<f64>,
    /// Where to take profits, equal shares; at most ten.
    #[schema(value_type = Option<Vec<words::Number>>, max_items = 10)]
    targets: Option<Vec<f64>>,
}

/// A plan for a person.
#[derive(Serialize, ToSchema)]
pub(super) struct AssignBody {
    /// Whose.
    #[schema(example = "ada@example.org")]
    email: String,
    /// FREE takes back what was given; EXPERT is private.
    #[schema(example = "EXPERT")]
    plan: String,
}

/// The switch over all new copies.
#[derive(Serialize, ToSchema)]
pub(super) struct PauseBody {
    /// True pauses new entries; exits and protection go on.
    paused: bool,
}

/// The switch that closes the desk.
#[derive(Serialize, ToSchema)]
pub(super) struct MaintenanceBody {
    /// True closes it to everybody but its operator.
    on: bool,
    /// What everybody is told; at most 300 characters.
    #[schema(example = "Back at 14:00 UTC.")]
    message: Option<String>,
}
