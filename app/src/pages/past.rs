//! The parts of `/history` about automated and manual entries: `?of=strategy` and `?of=manual`, over all
//! accounts.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        copied::in_r,
        filters::{self, Filter, address},
        tables::{NUMBER, ROOMY, ROOMY_NUMBER, WORDS, scrolling, tight, timestamp, tone},
    },
    figures,
    pages::copies::{id, pager},
    visit::{self, Visit},
    words::{
        copies::{Copies, copies},
        orders::orders,
        pages::pages,
    },
};
use domain::{Decimal, ExchangeKey, Micros, Side, TradeType, follow::PastTrade, money};
use leptos::prelude::*;
use service::{
    Error,
    following::{
        strategy,
        trade_history::{self, Filter as Wanted, TradeHistoryRequest as Days, Which},
    },
    trading::market,
};

/// The query parameters.
const NAMES: [&str; 7] = ["key", "strategy", "symbol", "side", "from", "to", "next"];

/// The parsed query.
pub(crate) struct TradeQuery {
    which: Which,
    values: [Option<String>; 7],
}

impl TradeQuery {
    /// Reads the query for strategy or manual trades, according to `of`; `None` for the exchange's own orders
    /// and trades.
    pub(crate) fn read(of: Option<&str>) -> Option<Self> {
        Some(Self { which: Which::parse(of?)?, values: NAMES.map(visit::query) })
    }

    fn value(&self, name: &str) -> Option<&str> {
        NAMES.iter().zip(&self.values).find(|(n, _)| **n == name).and_then(|(_, v)| v.as_deref())
    }

    /// The value of `of` for this tab.
    pub(crate) const fn of(&self) -> &'static str {
        self.which.word()
    }

    /// Whether a filter, or a page other than the first, is chosen.
    fn is_filtered(&self) -> bool {
        self.values.iter().flatten().any(|value| !value.is_empty())
    }

    /// Ignores a symbol or side that cannot be parsed.
    fn wanted(&self) -> Result<Wanted, Error> {
        Ok(Wanted {
            key: id(self.value("key"))?,
            strategy: id(self.value("strategy"))?,
            symbol: self.value("symbol").and_then(|s| s.parse().ok()),
            side: self.value("side").and_then(Side::parse),
        })
    }

    fn days(&self) -> Days {
        let day = |name| self.value(name).and_then(Micros::from_date);
        Days { token: self.value("next").map(str::to_owned), ..Days::between(day("from"), day("to")) }
    }

    /// The URL of `page` with the same filters, from page token `next` on.
    fn address(&self, page: &str, next: &str) -> String {
        let chosen = NAMES.iter().zip(&self.values).filter(|(name, _)| **name != "next");
        let chosen = chosen.map(|(name, value)| (*name, value.as_deref().unwrap_or_default()));
        address(page, [("of", self.of())].into_iter().chain(chosen).chain([("next", next)]))
    }
}

/// Filters, rows, page links, and the file download.
pub(crate) async fn section(
    visit: &Visit,
    keys: &[ExchangeKey],
    request: &TradeQuery,
) -> Result<AnyView, Error> {
    let words = copies(visit::lang());
    let actor = visit.trader()?;
    let (days, wanted) = (request.days(), request.wanted()?);
    // An invalid page token shows the first page.
    let found = match trade_history::page(&visit.desk, actor, request.which, &days, &wanted).await {
        Err(Error::Fields(_)) => {
            let top = Days { token: None, ..days };
            trade_history::page(&visit.desk, actor, request.which, &top, &wanted).await?
        }
        found => found?,
    };
    let (rows, next) = (found.items, found.next);
    let filters = filters(visit, words, keys, request).await?;
    let older = next.map(|token| request.address("/history", &token));
    let newest = request.value("next").map(|_| request.address("/history", ""));
    let csv = request.address("/history.csv", "");
    let empty = match request.which {
        _ if request.is_filtered() => words.past_no_match,
        Which::Strategy => words.past_empty_strategy,
        Which::Manual => words.past_empty_manual,
    };
    let file = (!rows.is_empty())
        .then(|| view! { <div class="row"><a class="button" href=csv download data-testid="csv">{words.csv}</a></div> });
    let list = if rows.is_empty() {
        view! { <p class="empty">{empty}</p> }.rendered()
    } else {
        table(words, &rows, request.which).rendered()
    };
    Ok(view! {
        {filters}
        <section class="panel" aria-label=empty_label(words, request.which)>
            {list}
            {file}
        </section>
        {pager(words, newest, older)}
    }
    .rendered())
}

const fn empty_label(words: &Copies, which: Which) -> &'static str {
    match which {
        Which::Strategy => words.tab_strategy,
        Which::Manual => words.tab_manual,
    }
}

async fn filters(
    visit: &Visit,
    words: &'static Copies,
    keys: &[ExchangeKey],
    request: &TradeQuery,
) -> Result<impl IntoView + use<>, Error> {
    let value = |name| request.value(name).map(str::to_owned);
    let names = (pages(visit::lang()), orders(visit::lang()));
    // If the exchange does not respond, the history is shown without a choice of markets.
    let markets = market::list_markets(&visit.desk, TradeType::Futures).await.unwrap_or_default();
    let markets = markets.into_iter().map(|m| (m.symbol.to_string(), m.symbol.to_string()));
    let keys = keys.iter().map(|key| (key.id.to_string(), key.name.clone()));
    let sides = [Side::Buy, Side::Sell].map(|s| (s.word().to_owned(), names.1.side(s).to_owned()));
    let mut all = vec![Filter::choice("key", names.0.choose_key, value("key"), words.any_key, keys)];
    if request.which == Which::Strategy {
        let strategies = strategy::list_visible(&visit.desk, visit.trader()?).await?;
        let strategies = strategies.into_iter().map(|s| (s.id.to_string(), s.name));
        all.push(Filter::choice(
            "strategy",
            words.strategy,
            value("strategy"),
            words.any_strategy,
            strategies,
        ));
    }
    all.push(Filter::choice("symbol", names.0.choose_market, value("symbol"), words.any_market, markets));
    all.push(Filter::choice("side", words.side, value("side"), words.any_side, sides));
    all.push(Filter::date("from", words.from, value("from")));
    all.push(Filter::date("to", words.to, value("to")));
    Ok(filters::form("/history", &[("of", request.of())], all, words.show))
}

fn table(words: &'static Copies, rows: &[PastTrade], which: Which) -> AnyView {
    let names = pages(visit::lang());
    let by_strategy = which == Which::Strategy;
    let size = size_class(by_strategy);
    let mut columns = vec![
        (names.col_time, WORDS),
        (names.col_market, ROOMY),
        (names.col_side, WORDS),
        (names.col_amount, size),
        (names.col_price, size),
        (words.col_cost, ROOMY_NUMBER),
        (words.col_stop, ROOMY_NUMBER),
        (words.col_targets, ROOMY_NUMBER),
    ];
    if by_strategy {
        columns.push((words.col_leverage, ROOMY_NUMBER));
        columns.push((words.strategy, ROOMY));
        columns.push((words.col_profit, NUMBER));
    }
    columns.push((names.col_key, ROOMY));
    let rows = rows.iter().map(|trade| row(words, trade, by_strategy)).collect_view();
    scrolling(empty_label(words, which).to_owned(), &columns, rows)
}

/// The class of the columns of amount and price. With the column of the result, a narrow screen has no room for them.
const fn size_class(by_strategy: bool) -> &'static str {
    if by_strategy { ROOMY_NUMBER } else { NUMBER }
}

/// `0.121 BTC at 19,580.1, 7×`; `None` before the first fill.
fn sized(words: &Copies, trade: &PastTrade) -> Option<String> {
    let amount = format!("{} {}", money::text(trade.amount), trade.symbol.base());
    let leverage = trade.leverage.map_or_else(|| "1".to_owned(), |times| times.to_string());
    Some(words.sized(&amount, &figures::price(trade.price?), &leverage))
}

fn row(words: &'static Copies, trade: &PastTrade, by_strategy: bool) -> AnyView {
    let side = orders(visit::lang()).side(trade.side);
    let decimal = |value: Option<Decimal>| value.map(figures::decimal).unwrap_or_default();
    let targets: Vec<_> = trade.take_profit.iter().map(|t| figures::decimal(*t)).collect();
    let key = trade.key_name.clone().unwrap_or_else(|| words.key_gone.to_owned());
    let symbol = trade.symbol.to_string();
    let strategy = trade.strategy.as_ref().filter(|_| by_strategy).map(|s| s.name.as_str());
    let (size, sized) = (size_class(by_strategy), sized(words, trade).filter(|_| by_strategy));
    let below = [symbol.as_str()].into_iter().chain(sized.as_deref()).chain(strategy);
    let below: Vec<_> = below.chain([key.as_str()]).collect();
    let below = tight(&below);
    let copied = by_strategy.then(|| {
        let strategy = trade.strategy.as_ref().map(|s| {
            view! { <a href=format!("/strategies/{}", s.id)>{s.name.clone()}</a> }
        });
        let profit = trade.profit_usd;
        view! {
            <td class="roomy number">{trade.leverage.map(|times| format!("{times}×"))}</td>
            <td class="roomy wrap">{strategy}</td>
            <td class="number" data-change=profit.map(tone)>{profit.map(figures::signed_cents)}{in_r(trade.result_in_r())}</td>
        }
    });
    view! {
        <tr data-testid="past-row">
            <td>{timestamp(trade.at)}</td>
            <td class="roomy">{symbol}</td>
            <th scope="row"><span data-side=trade.side.word()>{side}</span>{below}</th>
            <td class=size>{money::text(trade.amount)}</td>
            <td class=size>{trade.price.map(figures::price)}</td>
            <td class="roomy number">{figures::cents(trade.cost)}</td>
            <td class="roomy number">{decimal(trade.stop)}</td>
            <td class="roomy wrap number">{targets.join(" · ")}</td>
            {copied}
            <td class="roomy wrap">{key}</td>
        </tr>
    }
    .rendered()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_what_was_chosen() {
        let mut values = [const { None }; 7];
        values[2] = Some("BTC/USDT".to_owned());
        values[6] = Some("token".to_owned());
        let request = TradeQuery { which: Which::Strategy, values };
        assert_eq!(request.address("/history.csv", ""), "/history.csv?of=strategy&symbol=BTC%2FUSDT");
        assert_eq!(request.address("/history", "next"), "/history?of=strategy&symbol=BTC%2FUSDT&next=next");
    }
}
