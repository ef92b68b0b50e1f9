//! `/trade?key=&symbol=&frame=`: the trade desk.

mod closed_list;

use crate::components::rendered::Rendered as _;
use crate::{
    answer::FormFailure,
    api::trade::{BARS, fresh_key},
    components::{
        adopt::{self, adopt_form},
        entry_form::{self, entry_form, waiting_list},
        form::Posted,
        frame::{Width, frame},
        presets::{self, preset_bar, save_form},
        shared_trades::shared_trades,
        show::show,
        tables::dated_in,
    },
    figures,
    islands::{
        desk::{
            Bars, DeskInit, EntryAutomation, Ground, INIT, KeptValues, PresetShares, TicketDraft, TradeDesk,
        },
        price::LivePrice,
    },
    pages::{dashboard, keys, landing::seed},
    visit::{self, Visit, encoded},
    words::{pages::Pages, pages::pages, problems},
};
use domain::{
    Decimal, ExchangeKey, Frame, Refusal, StrategyType, Symbol, Ticker, TradeType, dec, money,
    preset::Preset, ticket::MOST_TARGETS,
};
use http::StatusCode;
use leptos::prelude::*;
use service::{
    Error,
    identity::flash::Flash,
    trading::{first_day, key, market, order, preset, sandbox_control::Playing},
};

/// The forms whose problems the ticket shows.
const TICKET_FORMS: [&str; 2] = ["order-place", "market-settings"];
/// The default market.
const FIRST: &str = "BTC/USDT";

/// Chart, ticket, position, orders.
pub(crate) fn page() -> impl IntoView {
    let query = visit::queries();
    show(move |visit| async move {
        let words = pages(visit::lang());
        let keys = key::list_keys(&visit.desk, visit.trader()?).await?;
        let Some(chosen) = choose(&keys, named(&query, "key"))?.cloned() else {
            let body = view! {
                <h1>{words.trade}</h1>
                <p class="lead">{words.trade_empty}</p>
                {dashboard::empty(&visit, words)}
            };
            return Ok(frame(&visit, words.trade, Width::Wide, body));
        };
        let symbol = symbol_of(named(&query, "symbol"))?;
        let posted = Posted::read(&visit).await?;
        let ticker = market::get_ticker(&visit.desk, chosen.trade_type, &symbol).await?;
        let limits = first_day::get_limits(&visit.desk, visit.trader()?, chosen.id).await?;
        let init = desk_init(&visit, &chosen, &symbol, &ticker, &query, &posted).await;
        let init = init.map(|init| DeskInit { first_day: limits.is_some(), ..init });
        let all = preset::list_presets(&visit.desk, visit.trader()?).await?;
        let playing = market::playing(&visit.desk).await.ok().flatten();
        let title = words.trade_title(&symbol.to_string());
        let choosers = choosers(&visit, words, &keys, &chosen, &symbol, playing.as_ref()).await?;
        let init = match init {
            Err(Error::Refused(why)) => return Ok(refused(&visit, &title, &chosen, choosers, why)),
            init => init?,
        };
        let further = further(&visit, (&keys, &chosen), &init, &all, (&query, &posted)).await?;
        let Further { presets, entry, waiting, adopt, shared, closed } = further;
        let json = embedded(&init)?;
        provide_context(shares_of(&query, &all, &posted));
        provide_context(seed(&ticker, &init.market));
        provide_context(init);
        provide_context(kept(&posted));
        provide_context(closed_list::kept_query(&query));
        provide_context(EntryAutomation::from_values(typed(&query, &posted)));
        let body = view! {
            <h1 class="visually-hidden">{title.clone()}</h1>
            <div class="market-bar">
                {choosers}
                <LivePrice/>
                {day(words, &ticker)}
                {playing.map(|p| clock(words, &p))}
            </div>
            {posted.message()}
            {limits.map(|limits| keys::first_day::notice(chosen.id, &limits))}
            <script type="application/json" id=INIT inner_html=json></script>
            {presets}
            {entry}
            {waiting}
            {adopt}
            <TradeDesk/>
            {shared}
            {closed}
            <p class="aside"><a href=history(&chosen, &symbol)>{words.see_history}</a></p>
        };
        Ok(frame(&visit, &title, Width::Full, body))
    })
}

/// The sections around the desk that are rendered on the server alone.
struct Further {
    presets: Option<AnyView>,
    entry: Option<AnyView>,
    waiting: Option<AnyView>,
    adopt: Option<AnyView>,
    shared: Option<AnyView>,
    closed: AnyView,
}

/// Renders the sections around the desk.
async fn further(
    visit: &Visit,
    (keys, chosen): (&[ExchangeKey], &ExchangeKey),
    init: &DeskInit,
    all: &[Preset],
    (query, posted): (&[(String, String)], &Posted),
) -> Result<Further, Error> {
    let symbol = &init.market.symbol;
    let waiting = order::entry_order::list_waiting_entries;
    let waiting = waiting(&visit.desk, visit.trader()?, chosen.id, symbol).await?;
    let (key, side) = (|| fresh_key(visit), named(query, "positionSide"));
    Ok(Further {
        presets: init.tradable.then(|| presets_of(init, all, query, posted)),
        entry: init.tradable.then(|| entry_of(visit, init, query, posted)).flatten(),
        waiting: waiting_list(&waiting),
        adopt: init.tradable.then(|| adopt_form(&init.account, side, posted, key())).flatten(),
        shared: init.tradable.then(|| shared_trades(&init.account, posted, key)).flatten(),
        closed: closed_list::section(visit, keys, query, chosen, symbol).await?,
    })
}

/// The choice of a preset, and the form that saves the ticket as one if it was requested or has problems.
fn presets_of(init: &DeskInit, all: &[Preset], query: &[(String, String)], posted: &Posted) -> AnyView {
    let chosen = named(query, "preset").and_then(|id| id.parse().ok());
    let saving = named(query, "savePreset").is_some() || posted.of(presets::FORM).failed();
    let form = saving.then(|| {
        let ground = Ground::new(&init.account, &init.market, init.last, init.fee_rate);
        save_form(&init.account, &init.draft, &ground, posted)
    });
    view! {
        {preset_bar(&init.account, all, chosen)}
        {form}
    }
    .rendered()
}

/// The form with further order types, if it was requested or has problems.
fn entry_of(visit: &Visit, init: &DeskInit, query: &[(String, String)], posted: &Posted) -> Option<AnyView> {
    let requested = named(query, entry_form::REQUEST).is_some() || posted.of(entry_form::FORM).failed();
    requested.then(|| entry_form(&init.account, &init.draft, posted, fresh_key(visit)))
}

/// The shares of the chosen preset's take-profits, in percent and separated by commas, for a field of the ticket.
fn shares_of(query: &[(String, String)], all: &[Preset], posted: &Posted) -> PresetShares {
    let kept = posted.of("order-place");
    if kept.failed() {
        return PresetShares(kept.value("takeProfitShares"));
    }
    let chosen = named(query, "preset").and_then(|id| id.parse().ok());
    let preset = chosen.and_then(|id| all.iter().find(|preset| preset.id == id));
    let shares = preset.map(|preset| preset.settings.target_shares.as_slice()).unwrap_or_default();
    let percent = |share: &Decimal| money::text(*share * Decimal::ONE_HUNDRED);
    PresetShares(shares.iter().map(percent).collect::<Vec<_>>().join(", "))
}

/// Shown instead of the desk if its key cannot be used: to choose another key, or to fix this one.
fn refused(visit: &Visit, title: &str, key: &ExchangeKey, choosers: AnyView, why: Refusal) -> AnyView {
    let words = pages(visit::lang());
    visit::set_status(StatusCode::CONFLICT);
    let fix = format!("/keys#key-{}", key.id);
    let body = view! {
        <h1>{words.refused_title}</h1>
        <div class="market-bar">{choosers}</div>
        <p class="message" data-tone="bad" role="alert" data-testid="key-refused">
            {problems::rule(visit::lang(), why)}
        </p>
        <p><a class="button" data-kind="main" href=fix>{words.fix_key(&key.name)}</a></p>
    };
    frame(visit, title, Width::Wide, body)
}

fn named<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// The key in the URL, or the first active futures key, or the first key.
pub(crate) fn choose<'a>(
    keys: &'a [ExchangeKey],
    id: Option<&str>,
) -> Result<Option<&'a ExchangeKey>, Error> {
    if let Some(id) = id {
        let id = id.parse().map_err(|_| Error::NotFound)?;
        return keys.iter().find(|key| key.id == id).map(Some).ok_or(Error::NotFound);
    }
    let best = keys.iter().find(|key| key.active && key.trade_type == TradeType::Futures);
    Ok(best.or_else(|| keys.first()))
}

/// The market in the URL.
pub(crate) fn symbol_of(text: Option<&str>) -> Result<Symbol, Error> {
    text.unwrap_or(FIRST).parse().map_err(|_| Error::NotFound)
}

async fn desk_init(
    visit: &Visit,
    key: &ExchangeKey,
    symbol: &Symbol,
    ticker: &Ticker,
    query: &[(String, String)],
    posted: &Posted,
) -> Result<DeskInit, Error> {
    let (desk, actor, kind) = (&visit.desk, visit.trader()?, key.trade_type);
    let frame = named(query, "frame").and_then(Frame::parse).unwrap_or(Frame::M1);
    let (market, candles, account) = futures::join!(
        market::find_market(desk, kind, symbol),
        market::list_candles(desk, kind, symbol, frame, None, BARS),
        order::account_state(desk, actor, key.id, symbol),
    );
    let (market, candles) = (market.map_err(missing_market)?, candles?);
    let (account, fee_rate) = (account?, fee_rate(kind));
    let tradable = kind == TradeType::Futures && key.strategy_type == StrategyType::Manual && key.active;
    let ground = Ground::new(&account, &market, ticker.last, fee_rate);
    let mut draft = draft(query, posted).in_units_of(query, &ground);
    if let Some(id) = named(query, "preset").and_then(|id| id.parse().ok()) {
        match preset::get_preset(desk, actor, id).await {
            Ok(preset) => draft.use_preset(&preset.settings, &ground),
            // It has been deleted since; the desk is shown all the same.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if let Some(percent) = named(query, "share") {
        draft.use_share(percent, &ground);
    }
    Ok(DeskInit {
        bars: Bars::new(&candles, &market),
        market,
        frame,
        last: ticker.last,
        account,
        fee_rate,
        tradable,
        automated: key.strategy_type == StrategyType::Automated,
        // Set by the page, which shows the limits.
        first_day: false,
        draft,
        failure: failure(posted, true),
        managed: failure(posted, false),
        idempotency: fresh_key(visit),
    })
}

fn missing_market(error: Error) -> Error {
    if matches!(error, Error::Refused(Refusal::SymbolInvalid)) { Error::NotFound } else { error }
}

/// Binance's taker fee for an account without discounts: 0.05 percent on futures, 0.1 on spot.
fn fee_rate(kind: TradeType) -> Decimal {
    match kind {
        TradeType::Futures => dec!(0.0005),
        TradeType::Spot => dec!(0.001),
    }
}

/// The values of the ticket's failed post, or those that a form without scripts passed in the query.
fn typed<'a>(query: &'a [(String, String)], posted: &'a Posted) -> &'a [(String, String)] {
    let flash = posted.flash().filter(|flash| flash.form == "order-place" && flash.notice.is_none());
    flash.map_or(query, |flash| &flash.values)
}

fn draft(query: &[(String, String)], posted: &Posted) -> TicketDraft {
    let mut draft = TicketDraft::from_values(typed(query, posted));
    if named(query, "addTarget").is_some() && draft.targets.len() < MOST_TARGETS {
        draft.targets.push(String::new());
    }
    draft
}

/// The last post, if it has failed and was one of the ticket's forms, or of the others.
fn failed(posted: &Posted, of_ticket: bool) -> Option<&Flash> {
    let ours = |form: &str| {
        ![adopt::FORM, presets::FORM, entry_form::FORM].contains(&form)
            && TICKET_FORMS.contains(&form) == of_ticket
    };
    posted.flash().filter(|f| f.notice.is_none() && ours(&f.form))
}

/// The problems of the last post, if it was one of the ticket's forms, or of the others.
fn failure(posted: &Posted, of_ticket: bool) -> FormFailure {
    let fields = |flash: &Flash| FormFailure { fields: flash.fields.clone(), ..FormFailure::default() };
    failed(posted, of_ticket).map(fields).unwrap_or_default()
}

/// The values typed in a form of the position that has failed.
fn kept(posted: &Posted) -> KeptValues {
    KeptValues(failed(posted, false).map(|flash| flash.values.clone()).unwrap_or_default())
}

/// JSON that cannot end its script element.
fn embedded(init: &DeskInit) -> Result<String, Error> {
    let json = serde_json::to_string(init).map_err(Error::fault)?;
    Ok(json.replace('<', "\\u003c"))
}

async fn choosers(
    visit: &Visit,
    words: &'static Pages,
    keys: &[ExchangeKey],
    chosen: &ExchangeKey,
    symbol: &Symbol,
    playing: Option<&Playing>,
) -> Result<AnyView, Error> {
    let markets = market::list_markets(&visit.desk, chosen.trade_type).await?;
    let keys = keys.iter().map(|key| {
        view! { <option value=key.id.to_string() selected=key.id == chosen.id>{key.name.clone()}</option> }
    });
    let markets = markets.into_iter().map(|m| {
        let synthetic = playing.is_some_and(|p| p.synthetic.contains(&m.symbol));
        let name = m.symbol.to_string();
        let label = if synthetic { words.synthetic(&name) } else { name };
        view! { <option value=m.symbol.to_string() selected=m.symbol == *symbol>{label}</option> }
    });
    Ok(view! {
        <form method="get" action="/trade" class="filters" data-testid="choosers">
            <label class="visually-hidden" for="trade-symbol">{words.choose_market}</label>
            <select id="trade-symbol" name="symbol">{markets.collect_view()}</select>
            <label class="visually-hidden" for="trade-key">{words.choose_key}</label>
            <select id="trade-key" name="key">{keys.collect_view()}</select>
            <button type="submit" class="button" data-kind="quiet">{words.history_show}</button>
        </form>
    }
    .rendered())
}

fn day(words: &'static Pages, ticker: &Ticker) -> AnyView {
    let volume = format!("{} {}", figures::cents(ticker.base_volume), ticker.symbol.base());
    view! {
        <dl class="day">
            <div><dt>{words.high}</dt><dd>{figures::decimal(ticker.high)}</dd></div>
            <div><dt>{words.low}</dt><dd>{figures::decimal(ticker.low)}</dd></div>
            <div><dt>{words.volume}</dt><dd>{volume}</dd></div>
        </dl>
    }
    .rendered()
}

fn clock(words: &'static Pages, playing: &Playing) -> AnyView {
    view! { <p class="hint playing" data-testid="playing">{dated_in(words.playing(), playing.hour)}</p> }
        .rendered()
}

fn history(key: &ExchangeKey, symbol: &Symbol) -> String {
    format!("/history?key={}&symbol={}", key.id, encoded(&symbol.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_is_a_pair_or_nothing() {
        assert_eq!(symbol_of(None).unwrap().to_string(), "BTC/USDT");
        assert!(matches!(symbol_of(Some("BTCUSDT")), Err(Error::NotFound)));
    }

    #[test]
    fn one_more_target_is_added_on_request() {
        let query =
            [("takeProfitPrices[0]".to_owned(), "9".to_owned()), ("addTarget".to_owned(), "1".to_owned())];
        assert_eq!(draft(&query, &Posted::default()).targets, ["9", ""]);
    }
}
