//! Components of pages, rendered on the server only.

pub(crate) mod adopt;
pub(crate) mod agent;
pub(crate) mod confirm;
pub(crate) mod copied;
pub(crate) mod countries;
pub(crate) mod earned;
pub(crate) mod entry_form;
pub(crate) mod filters;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod heat;
pub(crate) mod icon;
pub(crate) mod open_positions;
pub(crate) mod plot;
pub(crate) mod presets;
pub(crate) mod profit_chart;
pub(crate) mod record;
pub(crate) mod rendered;
pub(crate) mod shared_trades;
pub(crate) mod show;
pub(crate) mod stopped;
pub(crate) mod tables;
pub(crate) mod ticks;
pub(crate) mod trade_link;
