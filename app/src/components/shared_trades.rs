//! The trades that share a position, each with its own actions. They are forms without scripts, so that the trade desk's bundle
//! contains only those of a trade that has its position for itself.

use crate::components::rendered::Rendered as _;
use crate::{
    components::form::{Field, Posted},
    figures, visit,
    words::{
        desk::{Desk, desk},
        shared_trades::{SharedTrades, shared_trades as texts},
    },
};
use domain::{
    Decimal, Side,
    live::AccountState,
    money,
    money::Arithmetic as _,
    ticket::{MOST_TARGETS, StopType},
    trade::{OpenTrade, PriceSource},
};
use leptos::prelude::*;

/// The empty take-profit rows below those that exist.
const SPARE_ROWS: usize = 2;
/// The shares of a trade that have a button, in percent.
const SHARES: [u16; 3] = [25, 50, 75];

/// Returns the list if more than one trade shares a position of the market. `once` makes the idempotency key of a form.
pub(crate) fn shared_trades(
    account: &AccountState,
    posted: &Posted,
    once: impl Fn() -> String,
) -> Option<AnyView> {
    let shared = sharing(&account.trades);
    if shared.is_empty() {
        return None;
    }
    let words = texts(visit::lang());
    let all = shared.into_iter().zip(1_usize..).map(|(trade, number)| {
        let shown = Shown { account, trade, number, posted, once: &once, words, desk: desk(visit::lang()) };
        shown.view()
    });
    let all: Vec<AnyView> = all.collect();
    Some(
        view! {
            <section class="panel" id="trades" aria-labelledby="trades-title" data-testid="shared-trades">
                <h2 id="trades-title" class="panel-title">{words.title}</h2>
                <p>{words.lead}</p>
                {all}
            </section>
        }
        .rendered(),
    )
}

/// Returns the trades that share a position: those of one side. In hedge mode, a trade of the other side has a position of its
/// own.
fn sharing(trades: &[OpenTrade]) -> Vec<&OpenTrade> {
    let entered = trades.iter().filter(|trade| !trade.entered.is_zero());
    let beside = |trade: &&OpenTrade| entered.clone().filter(|other| other.side == trade.side).count() > 1;
    entered.clone().filter(beside).collect()
}

/// One trade of the list.
struct Shown<'a> {
    account: &'a AccountState,
    trade: &'a OpenTrade,
    /// Its place in the list, from 1.
    number: usize,
    posted: &'a Posted,
    once: &'a dyn Fn() -> String,
    words: &'static SharedTrades,
    desk: &'static Desk,
}

impl Shown<'_> {
    fn view(&self) -> AnyView {
        let (words, trade, number) = (self.words, self.trade, self.number.to_string());
        let amount = format!("{} {}", money::text(trade.entered), self.account.symbol.base());
        let title = match trade.side {
            Side::Buy => words.long(&number, &amount),
            Side::Sell => words.short(&number, &amount),
        };
        let stop = trade
            .stop
            .map_or_else(|| words.no_stop.to_owned(), |stop| words.stop_at(&figures::decimal(stop.trigger)));
        let parts =
            [self.stop(), self.breakeven(), self.targets(), self.automation(), self.add(), self.close()];
        view! {
            <article class="stack" data-testid="shared-trade">
                <h3>{title}</h3>
                <p class="hint" data-testid="shared-stop">{stop}</p>
                <details class="edit" open=self.failed()>
                    <summary class="button" data-kind="quiet">{words.actions(&number)}</summary>
                    <div class="edit-body">{Vec::from(parts)}</div>
                </details>
            </article>
        }
        .rendered()
    }

    /// The last post of this form of the trade.
    fn of(&self, form: &str) -> Posted {
        self.posted.of_row(form, &self.trade.id.to_string())
    }

    /// Whether one of the trade's forms has a problem, and is shown again.
    fn failed(&self) -> bool {
        const FORMS: [&str; 6] = [
            "trade-stop",
            "trade-breakeven",
            "trade-targets",
            "trade-automation",
            "trade-add",
            "trade-close-part",
        ];
        FORMS.iter().any(|form| self.of(form).failed())
    }

    /// A form of the trade with these fields and a button.
    fn form(&self, name: &'static str, fields: AnyView, kind: &'static str, button: String) -> AnyView {
        let (action, once) = (format!("/api/{name}"), (self.once)());
        view! {
            <form method="post" action=action class="stack" data-testid=name>
                <input type="hidden" name="key" value=self.account.key.to_string()/>
                <input type="hidden" name="symbol" value=self.account.symbol.to_string()/>
                <input type="hidden" name="trade" value=self.trade.id.to_string()/>
                <input type="hidden" name="version" value=self.trade.version.to_string()/>
                <input type="hidden" name="idempotency" value=once/>
                {self.of(name).unseen("version")}
                {fields}
                <button type="submit" class="button" data-kind=kind>{button}</button>
            </form>
        }
        .rendered()
    }

    fn field(&self, posted: &Posted, name: &'static str, label: &'static str, value: &str) -> AnyView {
        let field =
            Field { name, label, scope: "shared", optional: true, autocomplete: "off", ..Field::default() };
        field.show_with(posted, value, &self.number.to_string())
    }

    fn stop(&self) -> AnyView {
        const NAME: &str = "trade-stop";
        let (stop, posted) = (self.trade.stop, self.of(NAME));
        let kind = stop.map_or(StopType::Market, |stop| stop.kind());
        let price = stop.map(|stop| money::text(stop.trigger)).unwrap_or_default();
        let limit = stop.and_then(|stop| stop.limit).map(money::text);
        let fields = view! {
            <input type="hidden" name="stopTriggerType" value=kind.word()/>
            {self.field(&posted, "stopTriggerPrice", self.desk.move_to, &price)}
            {limit.map(|limit| self.field(&posted, "stopPrice", self.desk.stop_limit, &limit))}
        };
        self.form(NAME, fields.rendered(), "main", self.desk.move_stop.to_owned())
    }

    fn breakeven(&self) -> AnyView {
        const NAME: &str = "trade-breakeven";
        let problem = self.of(NAME).unseen("stopTriggerPrice");
        self.form(NAME, view! { {problem} }.rendered(), "quiet", self.desk.breakeven.to_owned())
    }

    fn targets(&self) -> AnyView {
        const NAME: &str = "trade-targets";
        let posted = self.of(NAME);
        let percent = |share: Decimal| share.times(Decimal::ONE_HUNDRED).unwrap_or_default().round_dp(2);
        let given = self.trade.targets.iter();
        let given = given.map(|target| (money::text(target.price), money::text(percent(target.share))));
        let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_ROWS);
        let rows = given.chain(spare).take(MOST_TARGETS).enumerate().map(|(index, (price, share))| {
            let number = (index + 1).to_string();
            view! {
                <div class="row">
                    <input name=format!("takeProfitPrices[{index}]") value=price inputmode="decimal" autocomplete="off"
                        aria-label=self.desk.target_price(&number)/>
                    <input name=format!("takeProfitShares[{index}]") value=share inputmode="decimal" autocomplete="off"
                        aria-label=self.desk.share_of(&number)/>
                </div>
            }
            .rendered()
        });
        let rows: Vec<AnyView> = rows.collect();
        let problem = posted.problem("takeProfitPrices").or_else(|| posted.problem("takeProfitShares"));
        let fields = view! {
            {rows}
            {problem.map(|text| view! { <p class="problem">{text}</p> })}
        };
        self.form(NAME, fields.rendered(), "main", self.desk.set_targets.to_owned())
    }

    fn automation(&self) -> AnyView {
        const NAME: &str = "trade-automation";
        let (set, posted, words) = (self.trade.automation, self.of(NAME), self.desk);
        let field =
            |name, label, value: Option<String>| self.field(&posted, name, label, &value.unwrap_or_default());
        let of_stop = self.trade.stop.is_some().then(|| {
            view! {
                {field("breakevenAfter", words.breakeven_after, set.breakeven_after.map(|after| after.to_string()))}
                {field("trailingPercent", words.trailing_percent, set.trailing_percent.map(money::text))}
                {field("trailingAtr", words.trailing_atr, None)}
                {self.sources(&posted)}
            }
        });
        let fields = view! {
            {of_stop}
            {field("timeLimit", words.time_limit, set.time_limit.map(|minutes| minutes.to_string()))}
            <p class="hint">{words.automation_hint}</p>
        };
        self.form(NAME, fields.rendered(), "main", words.set_automation.to_owned())
    }

    fn sources(&self, posted: &Posted) -> AnyView {
        let option = |source: &PriceSource| {
            let name = match source {
                PriceSource::Last => self.desk.last_price,
                PriceSource::Mark => self.desk.mark_price,
            };
            (source.word().to_owned(), name.to_owned())
        };
        let options = PriceSource::ALL.iter().map(option).collect();
        let field = Field { name: "trigger", label: self.desk.trail_by, scope: "shared", ..Field::default() };
        field.select(posted, options, self.trade.automation.trigger.word(), &self.number.to_string())
    }

    fn add(&self) -> AnyView {
        const NAME: &str = "trade-add";
        let fields = self.field(&self.of(NAME), "addAmount", self.desk.add_amount, "");
        self.form(NAME, fields, "main", self.desk.add_this.to_owned())
    }

    /// Closes a share of the trade, or, after a question, all of it.
    fn close(&self) -> AnyView {
        const NAME: &str = "trade-close-part";
        let (words, number) = (self.words, self.number.to_string());
        let share = |percent: u16, text: String| {
            let field = view! { <input type="hidden" name="share" value=percent.to_string()/> };
            self.form(NAME, field.rendered(), "bad", text)
        };
        let shares = SHARES.map(|percent| share(percent, self.desk.close_share(&percent.to_string())));
        let whole = view! {
            <details class="edit">
                <summary class="button" data-kind="quiet" data-testid="shared-close">{words.close}</summary>
                <p>{words.close_sure(&number)}</p>
                {share(100, words.close.to_owned())}
            </details>
        };
        view! {
            {self.of(NAME).unseen("share")}
            <div class="row">{Vec::from(shares)}</div>
            {whole}
        }
        .rendered()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::trade::Automation;

    /// A trade whose version is its number.
    fn trade(number: i64, side: Side, entered: u32) -> OpenTrade {
        OpenTrade {
            id: "0192d3a0-0000-7000-8000-000000000002".parse().unwrap(),
            version: number,
            side,
            entry: None,
            entered: Decimal::from(entered),
            stop: None,
            targets: Vec::new(),
            automation: Automation::default(),
        }
    }

    #[test]
    fn only_trades_of_one_side_share_a_position() {
        let all =
            [trade(1, Side::Buy, 1), trade(2, Side::Sell, 1), trade(3, Side::Buy, 2), trade(4, Side::Buy, 0)];
        let numbers =
            |trades: &[OpenTrade]| sharing(trades).iter().map(|trade| trade.version).collect::<Vec<_>>();
        assert_eq!(numbers(&all), [1, 3]);
        assert!(numbers(&all[..2]).is_empty(), "in hedge mode each has a position of its own");
        assert!(numbers(&all[2..]).is_empty(), "the last one has not filled");
    }
}
