//! Reads open trades.

use super::{FromTree, decimal, integer, list, optional_decimal, parsed};
use crate::islands::tree::Tree;
use domain::{
    Side,
    ticket::Stop,
    trade::{Automation, OpenTrade, PriceSource, TargetShare},
};

impl FromTree for TargetShare {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { price: decimal(tree, "price")?, share: decimal(tree, "share")? })
    }
}

impl FromTree for Stop {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { trigger: decimal(tree, "trigger")?, limit: optional_decimal(tree, "limit")? })
    }
}

impl FromTree for OpenTrade {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            id: tree.get("id")?.text()?.parse().ok()?,
            version: integer(tree, "version")?,
            side: parsed(tree, "side", Side::parse)?,
            entry: tree.get("entry").and_then(|entry| entry.text()),
            entered: decimal(tree, "entered")?,
            stop: tree.get("stop").and_then(|stop| Stop::read(&stop)),
            targets: list(tree, "targets")?,
            automation: Automation::read(&tree.get("automation")?)?,
        })
    }
}

impl FromTree for Automation {
    fn read(tree: &impl Tree) -> Option<Self> {
        let number = |key: &str| tree.get(key).and_then(|value| value.int());
        Some(Self {
            breakeven_after: number("breakeven_after").and_then(|after| u16::try_from(after).ok()),
            trailing_percent: optional_decimal(tree, "trailing_percent")?,
            trigger: parsed(tree, "trigger", PriceSource::parse)?,
            time_limit: number("time_limit").and_then(|minutes| u32::try_from(minutes).ok()),
        })
    }
}
