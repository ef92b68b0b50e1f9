//! Reads open trades.

use super::{FromTree, decimal, integer, list, optional_decimal, parsed};
use crate::islands::tree::Tree;
use domain::{
    Side,
    ticket::Stop,
    trade::{OpenTrade, TargetShare},
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
        })
    }
}
