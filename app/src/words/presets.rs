//! Texts of the ticket's presets.

use super::table;

table! {
    /// The choice of a preset, and the form that saves one.
    Presets, presets {
        choose: "Preset",
        buy: "Buy with preset",
        sell: "Sell with preset",
        delete: "Delete preset",
        apply_leverage(times): "Apply {times}× leverage",
        save_title: "Save as preset",
        lead: "Stop and take profits are saved as distances from the entry price, so the preset fits any price.",
        name: "Name",
        amount: "Amount",
        risk: "Equity at risk, in percent",
        stop: "Stop distance, in percent",
        target(number): "Distance of take profit {number}, in percent",
        share(number): "Share of take profit {number}, in percent (empty: equal shares)",
        leverage: "Leverage",
        save: "Save preset",
        cancel: "Cancel",
    }
}
