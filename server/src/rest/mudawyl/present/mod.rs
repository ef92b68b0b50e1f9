//! Domain values in the document's JSON: one struct per shape, its fields in the document's order.
//!
//! There is no logic here. If two shapes differ in a key (a created stop has a `timestamp`, a listed one has
//! not), that follows
//! the document; each struct names the example that it equals, and `tests/mudawyl_shapes.rs` compares them
//! byte for byte.

mod account;
mod first_day;
mod follow;
mod managed_trade;
mod market;
mod notification;
mod number;
mod order;
mod past;
mod position;
mod preset;
mod profile;
mod strategy;
mod subscription;

pub use account::{
    Assets, BalanceDay, BalanceDays, Key, Keys, PlanItem, Plans, SandboxAccount, TotalBalance,
};
pub use first_day::FirstDay;
pub use follow::{
    CurvePoint, FollowItem, FollowPerformanceItem, FollowedProfile, FollowedStrategy, Follows,
    StoppedFollowItem, StoppedFollows,
};
pub use managed_trade::{
    ManagedTrade, ManagedTradeDetails, ManagedTrades, TradeAutomation, TradeChangeItem, TradeEntryOrder,
    TradeLevels, TradeSettings, TradeStop, TradeTarget,
};
pub use market::Ticker;
pub use notification::{Method, Notification};
pub use number::{Iso, Num};
pub use order::{Created, CreatedConditional, CreatedEntry, Listed, Trade, TradeFee, TradeFeeItem};
pub use past::{ManualTrade, ManualTrades, StrategyTrade, StrategyTrades, Trigger, TriggerStrategy};
pub use position::{ClosedPositionItem, ClosedPositions, Position, Protection};
pub use preset::{PresetItem, PresetItems};
pub use profile::ProfileItem;
pub use strategy::{
    CopyOutcomes, ExecutedEntries, ExecutedSignal, ExecutionItem, Performance, Profile, Profiles, RangeItem,
    Ranges, ReasonCount, Strategies, StrategyItem,
};
pub use subscription::{HeldPlan, HeldPlanType, InvoiceItem, OpenedCheckout, StripePlan, StripeSubscription};
