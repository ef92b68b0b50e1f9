//! The state of the order ticket: its fields, and the preview that follows from them.

use super::{
    DeskInit, TicketDraft,
    account::AccountSignals,
    foresee::{self, Foreseen},
    units::{self, Units},
};
use crate::islands::reactive::{Memo, Peek, PeekValue, RwSignal};
use crate::{
    figures,
    words::{desk::desk, problems},
};
use domain::{
    Decimal,
    sizing::{ExitBase, ExitKind},
    validation::{FieldProblem, Problem},
};

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
    pub(super) time_in_force: RwSignal<String>,
    pub(super) targets: RwSignal<Vec<TargetRow>>,
    /// Whether the user confirmed an order without a stop.
    pub(super) without_stop: RwSignal<bool>,
    /// Whether a market order only closes a part of the open position.
    pub(super) reduce_only: RwSignal<bool>,
    /// The units in which amount, stop and take-profits are typed.
    pub(super) units: RwSignal<Units>,
    /// Whether the page is interactive.
    pub(super) awake: RwSignal<bool>,
    /// The order whose button asks for a confirmation (see [`super::confirm`]).
    pub(super) confirming: RwSignal<Option<String>>,
    pub(super) account: AccountSignals,
    /// Whether orders use real funds while the key's first-day limits apply, so that each is confirmed.
    pub(super) real_funds: bool,
    /// The ticket in base units and prices, with its computed amount.
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
        let time_in_force = text(&from.time_in_force);
        let (without_stop, reduce_only) = (RwSignal::new(from.without_stop), RwSignal::new(from.reduce_only));
        let units = RwSignal::new(Units::default());
        let draft = Memo::new(move |_| {
            let typed = TicketDraft {
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
                targets: targets.peek(|rows| rows.iter().map(|(_, t)| t.get()).collect()),
                without_stop: without_stop.get(),
                time_in_force: time_in_force.get(),
                reduce_only: reduce_only.get(),
            };
            let ground = account.ground();
            units::in_prices(typed, units.get(), &ground)
        });
        let foreseen = Memo::new(move |_| draft.peek(|d| foresee::foresee(d, &account.ground())));
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
            time_in_force,
            targets,
            without_stop,
            reduce_only,
            units,
            awake: RwSignal::new(false),
            confirming: RwSignal::new(None),
            account,
            real_funds: init.first_day,
            draft,
            foreseen,
        }
    }

    /// The price that distances and values are computed from.
    pub(super) fn entry(self) -> Decimal {
        let last = self.account.last.get();
        self.draft.peek(|draft| units::reference(draft, last))
    }

    /// The measures of the units of an exit.
    pub(super) fn exit_base(self, kind: ExitKind) -> ExitBase {
        let last = self.account.last.get();
        self.draft.peek(|draft| units::exit_base(draft, kind, last))
    }

    /// The problem of a field, once it has been typed in.
    pub(super) fn problem(self, name: &str, typed: bool) -> Option<String> {
        let found = self.foreseen.peek(|seen| {
            let problems = seen.as_ref().err()?;
            problems.iter().find(|p| p.field == name).map(|p| p.problem)
        });
        found.filter(|_| typed).map(|problem| self.text_of(problem))
    }

    /// The text of a problem, with the market's own limits where a filter rejects the value.
    pub(super) fn text_of(self, problem: Problem) -> String {
        let (words, market) = (desk(self.account.lang), self.account.market);
        market.peek_value(|m| match problem {
            Problem::LotFilter => {
                let [min, max, step] = [m.min_amount, m.max_amount, m.lot].map(figures::decimal);
                words.amount_filter(&min, &max, m.symbol.base(), &step)
            }
            Problem::NotionalFilter => {
                words.value_filter(&figures::decimal(m.min_notional), m.symbol.quote())
            }
            Problem::PriceFilter => words.price_filter(&figures::decimal(m.tick)),
            other => problems::problem(self.account.lang, other).to_owned(),
        })
    }

    /// The funds that the account lacks for the order, as a text.
    pub(super) fn shortfall(self) -> Option<String> {
        let lacks = self.foreseen.peek(|seen| seen.as_ref().ok().and_then(|seen| seen.shortfall))?;
        let (_, quote) = self.account.assets();
        let [needed, available] = [lacks.needed, lacks.available].map(figures::cents);
        Some(desk(self.account.lang).shortfall(&needed, &quote, &available))
    }

    /// Empties the fields of the order that was sent.
    pub(super) fn reset(self) {
        for field in [self.amount, self.stop, self.stop_price] {
            field.set(String::new());
        }
        self.targets.set(Vec::new());
        self.without_stop.set(false);
        self.reduce_only.set(false);
        self.confirming.set(None);
    }
}
