//! The closed trades: on `/history?of=closed` of all accounts, on `/trade?closed=1` of its account and market.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        copied::in_r,
        filters::{self, Filter, address},
        tables::{NUMBER, ROOMY, ROOMY_NUMBER, WORDS, tight, timestamp, tone},
    },
    figures,
    pages::copies::id,
    visit::{self, Visit},
    words::{
        copies::copies,
        home::{Home, home},
        orders::orders,
        pages::pages,
    },
};
use domain::{
    ExchangeKey, Micros, Symbol, TradeType,
    closed_trade::{ClosedTrade, SortBy, Source},
    money,
    time::{DAY, SECOND},
};
use leptos::prelude::*;
use service::{
    Error,
    following::closed_trades::{self, ClosedTradePage, Filter as Wanted, Sorting},
    platform::settings::Mode,
    trading::market,
};

/// The value of `of` for this tab.
pub(crate) const OF: &str = "closed";
/// The query parameters.
const NAMES: [&str; 8] = ["key", "symbol", "source", "from", "to", "sort", "order", "page"];

/// The page that shows the list.
#[derive(Clone, Copy, Debug)]
struct Place {
    path: &'static str,
    /// The part of the page.
    fragment: &'static str,
    /// The query parameter that asks for the list.
    fixed: (&'static str, &'static str),
    /// Whether the page is about one account and market, which cannot be chosen in the list.
    single: bool,
}

const HISTORY: Place = Place { path: "/history", fragment: "", fixed: ("of", OF), single: false };
/// The trade page shows the list only on request, because it asks the exchange for the newest fills.
const TRADE: Place = Place { path: "/trade", fragment: "#closed", fixed: (OF, "1"), single: true };

/// The parsed query.
pub(crate) struct ClosedQuery {
    place: Place,
    values: [Option<String>; 8],
}

/// The list's part of a trade page's query; empty unless the list is shown.
pub(crate) fn state_of(query: &[(String, String)]) -> Vec<(&str, &str)> {
    let shown = query.iter().any(|(name, value)| name == OF && !value.is_empty());
    // The trade page has the first two for itself.
    let is_state = |name: &str| name == OF || NAMES[2..].contains(&name);
    let kept = query.iter().filter(|(name, _)| shown && is_state(name));
    kept.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

impl ClosedQuery {
    /// Reads the query.
    pub(crate) fn read() -> Self {
        Self { place: HISTORY, values: NAMES.map(visit::query) }
    }

    /// The list below the desk of an account and market; `None` if the query does not ask for it.
    pub(crate) fn of_desk(query: &[(String, String)], key: &ExchangeKey, symbol: &Symbol) -> Option<Self> {
        let state = state_of(query);
        let value = |name: &str| match name {
            "key" => Some(key.id.to_string()),
            "symbol" => Some(symbol.to_string()),
            _ => state.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        };
        (!state.is_empty()).then(|| Self { place: TRADE, values: NAMES.map(value) })
    }

    /// The URL of the desk of an account and market with the list.
    pub(crate) fn desk(key: &ExchangeKey, symbol: &Symbol) -> String {
        let shown = [(OF.to_owned(), "1".to_owned())];
        Self::of_desk(&shown, key, symbol).map(|query| query.here(&[])).unwrap_or_default()
    }

    fn value(&self, name: &str) -> Option<&str> {
        NAMES.iter().zip(&self.values).find(|(n, _)| **n == name).and_then(|(_, v)| v.as_deref())
    }

    /// Ignores a market or source that cannot be parsed.
    fn wanted(&self) -> Result<Wanted, Error> {
        let day = |name| self.value(name).and_then(Micros::from_date);
        Ok(Wanted {
            key: id(self.value("key"))?,
            symbol: self.value("symbol").and_then(|s| s.parse().ok()),
            source: self.value("source").and_then(Source::parse),
            from: day("from"),
            until: day("to").map(|day| day.plus(DAY)),
        })
    }

    fn sorting(&self) -> Sorting {
        let by = self.value("sort").and_then(SortBy::parse).unwrap_or(SortBy::Closed);
        Sorting { by, ascending: self.value("order") == Some("asc") }
    }

    fn page(&self) -> usize {
        self.value("page").and_then(|page| page.parse().ok()).unwrap_or(1)
    }

    /// The URL of the list's page with the same query, apart from the parameters of `changed`.
    fn here(&self, changed: &[(&str, &str)]) -> String {
        self.address(self.place.path, self.place.fixed, changed) + self.place.fragment
    }

    /// The URL of `page` with a query that begins with `fixed`.
    fn address(&self, page: &str, fixed: (&str, &str), changed: &[(&str, &str)]) -> String {
        let values = NAMES.iter().zip(&self.values).map(|(name, value)| {
            let new = changed.iter().find(|(changed, _)| changed == name).map(|(_, value)| *value);
            (*name, new.or(value.as_deref()).unwrap_or_default())
        });
        address(page, [fixed].into_iter().chain(values))
    }
}

/// Filters, figures, rows, page links, and the file download.
pub(crate) async fn section(
    visit: &Visit,
    keys: &[ExchangeKey],
    request: &ClosedQuery,
) -> Result<AnyView, Error> {
    let words = home(visit::lang());
    let (wanted, sorting) = (request.wanted()?, request.sorting());
    let found = closed_trades::page(&visit.desk, visit.trader()?, &wanted, sorting, request.page()).await?;
    let filters = filters(visit, words, keys, request).await;
    let list = if found.items.is_empty() {
        view! { <p class="empty">{words.closed_empty}</p> }.rendered()
    } else {
        table(words, &found, request, sorting)
    };
    let csv = (found.total > 0).then(|| {
        let href = request.address("/history.csv", HISTORY.fixed, &[("page", "")]);
        view! { <a class="button" href=href download data-testid="csv">{copies(visit::lang()).csv}</a> }
    });
    let partial =
        (!found.complete).then(|| view! { <p class="hint" role="status">{words.closed_partial}</p> });
    let paper = visit.desk.settings.mode == Mode::Sandbox;
    let paper = paper.then(|| view! { <p class="hint" data-testid="paper-dates">{words.closed_paper}</p> });
    let lead = (!request.place.single).then(|| view! { <p class="lead">{words.closed_lead}</p> });
    Ok(view! {
        {lead}
        {paper}
        {filters}
        {sums(words, &found)}
        <section class="panel" aria-label=words.closed_trades>
            {list}
            {partial}
            <div class="row">{csv}</div>
        </section>
        {pager(words, &found, request)}
    }
    .rendered())
}

async fn filters(
    visit: &Visit,
    words: &'static Home,
    keys: &[ExchangeKey],
    request: &ClosedQuery,
) -> AnyView {
    let value = |name| request.value(name).map(str::to_owned);
    let (names, more) = (pages(visit::lang()), copies(visit::lang()));
    // If the exchange does not respond, the list is shown without a choice of markets.
    let markets = market::list_markets(&visit.desk, TradeType::Futures).await.unwrap_or_default();
    let markets = markets.into_iter().map(|m| (m.symbol.to_string(), m.symbol.to_string()));
    let keys = keys.iter().map(|key| (key.id.to_string(), key.name.clone()));
    let sources = Source::ALL.iter().map(|s| (s.word().to_owned(), words.source_of(*s).to_owned()));
    let mut all = vec![
        Filter::choice("key", names.choose_key, value("key"), more.any_key, keys),
        Filter::choice("symbol", names.choose_market, value("symbol"), more.any_market, markets),
        Filter::choice("source", words.source, value("source"), words.any_source, sources),
        Filter::date("from", more.from, value("from")),
        Filter::date("to", more.to, value("to")),
    ];
    let order = if request.sorting().ascending { "asc" } else { "desc" };
    let mut fixed = vec![request.place.fixed, ("sort", request.sorting().by.word()), ("order", order)];
    if request.place.single {
        all.retain(|filter| !["key", "symbol"].contains(&filter.name));
        fixed.extend(["key", "symbol"].map(|name| (name, request.value(name).unwrap_or_default())));
    }
    filters::form(request.place.path, &fixed, all, more.show)
}

fn sums(words: &'static Home, found: &ClosedTradePage) -> AnyView {
    let (profit, net) = (found.profit, found.profit.net());
    view! {
        <p class="hint" data-testid="closed-count">{words.closed_total(found.total)}</p>
        <dl class="figures short" data-testid="closed-sums">
            <div><dt>{words.net_profit}</dt><dd data-change=tone(net) data-testid="closed-net">{figures::signed_cents(net)}</dd></div>
            {figure(words.fees, figures::cents(profit.fees))}
            {figure(words.funding, figures::cents(profit.funding))}
        </dl>
    }
    .rendered()
}

fn figure(name: &'static str, value: String) -> AnyView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.rendered()
}

fn table(words: &'static Home, found: &ClosedTradePage, request: &ClosedQuery, sorting: Sorting) -> AnyView {
    let names = pages(visit::lang());
    let columns = [
        (words.col_closed, WORDS, Some(SortBy::Closed)),
        (names.col_market, ROOMY, None),
        (names.col_side, WORDS, None),
        (names.col_amount, ROOMY_NUMBER, None),
        (words.col_entry, ROOMY_NUMBER, None),
        (words.col_exit, ROOMY_NUMBER, None),
        (words.col_result, NUMBER, Some(SortBy::Result)),
        (words.fees, ROOMY_NUMBER, Some(SortBy::Fees)),
        (words.funding, ROOMY_NUMBER, None),
        (words.col_duration, ROOMY_NUMBER, Some(SortBy::Duration)),
        (words.col_reason, ROOMY, None),
        (words.col_source, ROOMY, None),
        (names.col_key, ROOMY, None),
    ];
    let head = columns.map(|(name, class, by)| column(words, name, class, by, request, sorting));
    let rows = found.items.iter().map(|trade| row(words, trade)).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=words.closed_trades>
            <table class="table">
                <thead><tr>{head.into_iter().collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .rendered()
}

/// A column's head. One that can be sorted is a link; that of the current column reverses the order.
fn column(
    words: &'static Home,
    name: &'static str,
    class: &'static str,
    by: Option<SortBy>,
    request: &ClosedQuery,
    sorting: Sorting,
) -> AnyView {
    let Some(by) = by else { return view! { <th scope="col" class=class>{name}</th> }.rendered() };
    let here = sorting.by == by;
    let order = if here && !sorting.ascending { "asc" } else { "desc" };
    let href = request.here(&[("sort", by.word()), ("order", order), ("page", "")]);
    let sorted = here.then_some(if sorting.ascending { "ascending" } else { "descending" });
    let test = format!("sort-{}", by.word());
    view! {
        <th scope="col" class=class aria-sort=sorted>
            <a class="sort" href=href data-testid=test title=words.sort_by(name)>{name}</a>
        </th>
    }
    .rendered()
}

fn row(words: &'static Home, trade: &ClosedTrade) -> AnyView {
    let side = orders(visit::lang()).way(trade.side);
    let (symbol, net) = (trade.symbol.to_string(), trade.profit.net());
    let (exit, source) = (words.exit(trade.exit), words.source_of(trade.source));
    let duration = words.duration(trade.duration() / SECOND);
    let below = [symbol.as_str(), trade.key_name.as_str(), exit, duration.as_str()];
    let strategy = trade.strategy.as_ref().map(|(id, name)| {
        view! { <span class="second"><a href=format!("/strategies/{id}")>{name.clone()}</a></span> }
    });
    view! {
        <tr data-testid="closed-row" data-exit=trade.exit.word() data-source=trade.source.word()>
            <td>{timestamp(trade.closed_at)}</td>
            <td class="roomy">{symbol.clone()}</td>
            <th scope="row"><span data-side=trade.side.opening().word()>{side}</span>{tight(&below)}</th>
            <td class="roomy number">{money::text(trade.amount)}</td>
            <td class="roomy number">{figures::price(trade.entry_price)}</td>
            <td class="roomy number">{trade.exit_price.map(figures::price)}</td>
            <td class="number" data-change=tone(net) data-testid="closed-result">{figures::signed_cents(net)}{in_r(trade.result_in_r())}</td>
            <td class="roomy number">{figures::cents(trade.profit.fees)}</td>
            <td class="roomy number" title=words.funding_hint>{figures::cents(trade.profit.funding)}</td>
            <td class="roomy number">{duration.clone()}</td>
            <td class="roomy wrap">{exit}</td>
            <td class="roomy wrap">{source}{strategy}</td>
            <td class="roomy wrap">{trade.key_name.clone()}</td>
        </tr>
    }
    .rendered()
}

fn pager(words: &'static Home, found: &ClosedTradePage, request: &ClosedQuery) -> Option<AnyView> {
    let (number, pages) = (found.number, found.pages);
    let link = |to: usize, text: &'static str, test: &'static str| {
        let href = request.here(&[("page", &to.to_string())]);
        view! { <a class="button" href=href data-testid=test>{text}</a> }
    };
    let previous = (number > 1).then(|| link(number - 1, words.previous, "page-previous"));
    let next = (number < pages).then(|| link(number + 1, words.next, "page-next"));
    (pages > 1).then(|| {
        view! {
            <nav class="row" aria-label=words.closed_trades>
                {previous}
                <span class="hint">{words.page_of(&number.to_string(), &pages.to_string())}</span>
                {next}
            </nav>
        }
        .rendered()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_the_query_and_changes_its_own_part() {
        let mut values = [const { None }; 8];
        values[1] = Some("BTC/USDT".to_owned());
        values[5] = Some("fees".to_owned());
        values[7] = Some("3".to_owned());
        let request = ClosedQuery { place: HISTORY, values };
        assert_eq!(
            request.address("/history.csv", HISTORY.fixed, &[("page", "")]),
            "/history.csv?of=closed&symbol=BTC%2FUSDT&sort=fees"
        );
        let sorted = request.here(&[("sort", "result"), ("order", "asc"), ("page", "")]);
        assert_eq!(sorted, "/history?of=closed&symbol=BTC%2FUSDT&sort=result&order=asc");
        assert_eq!((request.page(), request.sorting().by), (3, SortBy::Fees));
    }

    #[test]
    fn a_trade_page_keeps_only_the_state_of_a_list_that_it_shows() {
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let query = pairs(&[("key", "7"), ("closed", "1"), ("sort", "fees"), ("amount", "2"), ("page", "3")]);
        assert_eq!(state_of(&query), [("closed", "1"), ("sort", "fees"), ("page", "3")]);
        assert!(state_of(&pairs(&[("sort", "fees")])).is_empty());
    }
}
