//! Presets of the ticket. Not in the original document.

use super::Num;
use domain::preset::{Preset, PresetSize};
use serde::Serialize;
use utoipa::ToSchema;

/// "List Presets".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresetItems {
    /// By name.
    pub items: Vec<PresetItem>,
}

/// A preset.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresetItem {
    /// PRESET_ID.
    #[schema(format = Uuid)]
    pub id: String,
    /// Name, unique among the user's presets.
    #[schema(example = "Swing")]
    pub name: String,
    /// Amount in base units; `null` if the order is sized by risk.
    pub amount: Option<Num>,
    /// Share of equity at risk, in percent; `null` if the order has an amount.
    pub risk_percent: Option<Num>,
    /// Distance of the stop loss from the entry, in percent of its price.
    pub stop_percent: Option<Num>,
    /// Distances of the take profits from the entry, in percent of its price.
    pub take_profit_percents: Vec<Num>,
    /// Shares of the take profits, in their order; empty if they are equal.
    pub take_profit_shares: Vec<Num>,
    /// Leverage of the market; `null` if it does not matter.
    #[schema(example = 10)]
    pub leverage: Option<u16>,
}

impl From<Preset> for PresetItem {
    fn from(preset: Preset) -> Self {
        let settings = preset.settings;
        let (amount, risk) = match settings.size {
            PresetSize::Amount(amount) => (Some(Num(amount)), None),
            PresetSize::Risk(percent) => (None, Some(Num(percent))),
        };
        Self {
            id: preset.id.to_string(),
            name: preset.name,
            amount,
            risk_percent: risk,
            stop_percent: settings.stop_percent.map(Num),
            take_profit_percents: settings.target_percents.into_iter().map(Num).collect(),
            take_profit_shares: settings.target_shares.into_iter().map(Num).collect(),
            leverage: settings.leverage,
        }
    }
}
