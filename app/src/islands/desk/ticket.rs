//! The state of the order ticket: its fields, and the preview that follows from them.

use super::{
    DeskInit, TicketDraft,
    account::AccountSignals,
    foresee::{self, Foreseen},
    real_funds::RealFunds,
};
use crate::words::problems;
use domain::{money, validation::FieldProblem};
use leptos::prelude::*;

/// One take-profit row: a stable row number, and the typed text.
pub(crate) type TargetRow = (usize, RwSignal<String>);

/// The ticket's fields and its preview.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    pub(super) side: RwSignal<String>,
    pub(super) kind: RwSignal<String>,
    pub(super) price: RwSignal<String>,
    pub(super) sizing: RwSignal<String>,
    pub(super) amount: RwSignal<String>,
    pub(super) percent: RwSignal<String>,
    pub(super) stop: RwSignal<String>,
    pub(super) stop_kind: RwSignal<String>,
    pub(super) stop_price: RwSignal<String>,
    pub(super) callback: RwSignal<String>,
    pub(super) targets: RwSignal<Vec<TargetRow>>,
    /// Whether the user confirmed an order without a stop.
    pub(super) without_stop: RwSignal<bool>,
    pub(super) account: AccountSignals,
    pub(super) real_funds: RealFunds,
    /// The ticket with its computed amount.
    pub(super) draft: Memo<TicketDraft>,
    /// The preview, or the problems.
    pub(super) foreseen: Memo<Result<Foreseen, Vec<FieldProblem>>>,
}

impl Ticket {
    pub(super) fn new(init: &DeskInit, account: AccountSignals) -> Self {
        let text = |t: &str| RwSignal::new(t.to_owned());
        let from = &init.draft;
        let (side, kind, price, sizing) =
            (text(&from.side), text(&from.kind), text(&from.price), text(&from.sizing));
        let (amount, percent, callback) = (text(&from.amount), text(&from.percent), text(&from.callback));
        let (stop, stop_kind, stop_price) = (text(&from.stop), text(&from.stop_kind), text(&from.stop_price));
        let targets =
            RwSignal::new(from.targets.iter().map(|t| text(t)).enumerate().collect::<Vec<TargetRow>>());
        let without_stop = RwSignal::new(from.without_stop);
        let draft = Memo::new(move |_| {
            let mut draft = TicketDraft {
                side: side.get(),
                kind: kind.get(),
                price: price.get(),
                sizing: sizing.get(),
                amount: amount.get(),
                percent: percent.get(),
                stop: stop.get(),
                stop_kind: stop_kind.get(),
                stop_price: stop_price.get(),
                callback: callback.get(),
                targets: targets.with(|rows| rows.iter().map(|(_, t)| t.get()).collect()),
                without_stop: without_stop.get(),
            };
            if draft.by_risk() {
                let amount = foresee::amount_by_risk(&draft, &account.ground());
                draft.amount = amount.map(money::text).unwrap_or_default();
            }
            draft
        });
        let foreseen = Memo::new(move |_| draft.with(|d| foresee::foresee(d, &account.ground())));
        Self {
            side,
            kind,
            price,
            sizing,
            amount,
            percent,
            stop,
            stop_kind,
            stop_price,
            callback,
            targets,
            without_stop,
            account,
            real_funds: RealFunds::new(init),
            draft,
            foreseen,
        }
    }

    /// The problem of a field, once it has been typed in.
    pub(super) fn problem(self, name: &str, typed: bool) -> Option<&'static str> {
        let found = self.foreseen.with(|seen| {
            let problems = seen.as_ref().err()?;
            problems.iter().find(|p| p.field == name).map(|p| p.problem)
        });
        found.filter(|_| typed).map(|p| problems::problem(self.account.lang, p))
    }
}
