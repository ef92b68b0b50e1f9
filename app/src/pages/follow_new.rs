//! `/strategies/<id>/follow?key=&strategyRiskProfileId=`: account, risk profile, limits, and the result of a
//! typical trade. Without scripts the form requests the same page again to recalculate.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        form::{Field, Posted},
        frame::{Width, frame},
        icon::icon,
        show::show,
    },
    figures,
    visit::{self, Visit},
    words::{
        copies::reason,
        follows::{Follows, follows},
        strategies::strategies,
    },
};
use domain::{
    Decimal, ExchangeKey, StrategyType, TradeType,
    copy::Reason,
    follow::{Follow, Foreseen, Preview, RiskProfile},
    money,
    strategy::Strategy,
};
use leptos::{either::Either, prelude::*};
use service::{
    Error,
    following::{follow, strategy},
    trading::key,
};

/// The form that starts a follow.
pub(crate) fn page() -> impl IntoView {
    let (id, query) = (visit::param("id"), visit::queries());
    show(move |visit| async move {
        let words = follows(visit::lang());
        let id = id.and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        let actor = visit.trader()?;
        let strategy = strategy::get_strategy(&visit.desk, actor, id).await?;
        let posted = Posted::read(&visit).await?;
        let keys = key::list_keys(&visit.desk, actor).await?;
        let keys: Vec<_> = keys.into_iter().filter(can_follow).collect();
        let title = words.new_title(&strategy.name);
        let content = if !strategy.active {
            let text = strategies(visit::lang()).inactive_lead;
            view! { <p class="message" data-tone="warn">{text}</p> }.rendered()
        } else if keys.is_empty() {
            no_key(&visit, words, &strategy).rendered()
        } else {
            let typed = Typed::of(&posted, &query);
            choose(&visit, words, &strategy, keys, posted.of("follow-create"), typed).await?.rendered()
        };
        let body = view! {
            <h1>{title.clone()}</h1>
            <p class="lead">{words.new_lead}</p>
            {posted.message()}
            {posted.unseen("strategyAutomatedId")}
            {content}
        };
        Ok(frame(&visit, &title, Width::Wide, body))
    })
}

/// Whether strategies can trade with this key.
pub(crate) fn can_follow(key: &ExchangeKey) -> bool {
    key.strategy_type == StrategyType::Automated && key.trade_type == TradeType::Futures
}

/// The typed values, of a failed post or of a recalculation.
struct Typed(Vec<(String, String)>);

impl Typed {
    fn of(posted: &Posted, query: &[(String, String)]) -> Self {
        let failed = posted.of("follow-create");
        Self(if failed.failed() { failed.values().to_vec() } else { query.to_vec() })
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

fn no_key(visit: &Visit, words: &'static Follows, strategy: &Strategy) -> AnyView {
    view! {
        <section class="panel empty-state" data-testid="empty-state">
            {icon("key")}
            <h2>{words.no_key}</h2>
            <p class="lead">{words.no_key_lead}</p>
            {sandbox(visit, words, strategy)}
            <p><a href="/keys#add">{words.own_key}</a></p>
        </section>
    }
    .rendered()
}

/// If every account already follows a strategy on this market, offers to open another sandbox account.
fn another(visit: &Visit, words: &'static Follows, strategy: &Strategy) -> AnyView {
    view! {
        <section class="panel note" data-testid="all-taken">
            <p>{words.all_taken(&strategy.symbol.to_string())}</p>
            {sandbox(visit, words, strategy)}
        </section>
    }
    .rendered()
}

fn sandbox(visit: &Visit, words: &'static Follows, strategy: &Strategy) -> Option<AnyView> {
    let next = format!("/strategies/{}/follow", strategy.id);
    visit.desk.sandbox.is_some().then(|| {
        view! {
            <form method="post" action="/api/key-sandbox">
                <input type="hidden" name="strategyType" value=StrategyType::Automated.word()/>
                <input type="hidden" name="next" value=next/>
                <button type="submit" class="button large" data-kind="main" data-testid="open-sandbox">{words.open_sandbox}</button>
            </form>
        }
        .rendered()
    })
}

async fn choose(
    visit: &Visit,
    words: &'static Follows,
    strategy: &Strategy,
    keys: Vec<ExchangeKey>,
    posted: Posted,
    typed: Typed,
) -> Result<AnyView, Error> {
    let actor = visit.trader()?;
    let (profiles, followed) =
        futures::try_join!(strategy::risk_profiles(&visit.desk), follow::list_follows(&visit.desk, actor))?;
    let free = |key: &&ExchangeKey| key.active && !taken(&followed, key, strategy);
    let named = keys.iter().find(|key| key.id.to_string() == typed.get("key"));
    let Some(key) = named.or_else(|| keys.iter().find(free)).or(keys.first()).cloned() else {
        return Err(Error::NotFound);
    };
    let most = typed.get("maxLeverage").trim().parse().ok();
    let looks = profiles.iter().map(|p| follow::preview(&visit.desk, actor, key.id, strategy.id, p.id, most));
    let previews = futures::future::join_all(looks).await;
    let chosen = typed.get("strategyRiskProfileId");
    let chosen = profiles.iter().find(|p| p.id.to_string() == chosen).or(profiles.first()).map(|p| p.id);
    let name = |key: &ExchangeKey| {
        if !key.active {
            words.key_off(&key.name)
        } else if taken(&followed, key, strategy) {
            words.taken(&key.name, &strategy.symbol.to_string())
        } else {
            key.name.clone()
        }
    };
    let options = keys.iter().map(|key| (key.id.to_string(), name(key))).collect();
    let account = Field { name: "key", label: words.account, hint: words.account_hint, ..Field::default() };
    let risks = profiles.iter().map(|p| risk(words, p, Some(p.id) == chosen)).collect_view();
    let page = format!("/strategies/{}/follow", strategy.id);
    let another = (!keys.iter().any(|key| free(&key))).then(|| another(visit, words, strategy));
    Ok(view! {
        {another}
        <form method="post" action="/api/follow-create" class="follow-form" novalidate data-testid="follow-form">
            <input type="hidden" name="strategyAutomatedId" value=strategy.id.to_string()/>
            <section class="panel form">
                {account.select(&posted, options, &key.id.to_string(), "")}
                <fieldset class="choice">
                    <legend>{words.risk}</legend>
                    <div class="risks">{risks}</div>
                    {posted.problem("strategyRiskProfileId").map(|text| view! { <p class="problem">{text}</p> })}
                </fieldset>
                {limits(words, &posted, typed.get("maxLeverage"), typed.get("dailyLossLimitUsd"), "")}
                <p class="hint">{words.start_note}</p>
                <div class="row">
                    <button type="submit" class="button" data-kind="main" data-testid="follow-start">{words.start}</button>
                    <button type="submit" class="button" formmethod="get" formaction=page data-testid="recalculate">{words.preview_again}</button>
                </div>
            </section>
            {preview(words, &key, &profiles, previews)}
        </form>
    }
    .rendered())
}

fn taken(followed: &[Follow], key: &ExchangeKey, strategy: &Strategy) -> bool {
    followed.iter().any(|f| f.key == key.id && f.strategy.symbol == strategy.symbol)
}

/// One profile with its explanation.
fn risk(words: &'static Follows, profile: &RiskProfile, chosen: bool) -> AnyView {
    let percent = figures::plain_percent(profile.percentage);
    let text = words.risk_text(&percent, &left_after_ten(profile.percentage));
    let name = words.risk_name(&words.profile(&profile.name), &percent);
    view! {
        <label class="risk">
            <input type="radio" name="strategyRiskProfileId" value=profile.id.to_string() checked=chosen
                data-testid=format!("risk-{}", profile.name.to_lowercase())/>
            <span><strong>{name}</strong><span class="hint">{text}</span></span>
        </label>
    }
    .rendered()
}

/// The percentage of equity that is left after ten losses in a row, rounded: an illustration, not money.
fn left_after_ten(percent: Decimal) -> String {
    let keep = Decimal::ONE - percent / Decimal::ONE_HUNDRED;
    let left = (0..10).fold(Decimal::ONE_HUNDRED, |left, _| left * keep);
    figures::plain_percent(left.round())
}

/// The limits of leverage and daily loss.
pub(crate) fn limits(
    words: &'static Follows,
    posted: &Posted,
    leverage: &str,
    limit: &str,
    row: &str,
) -> AnyView {
    let field = |name, label, hint| Field {
        name,
        label,
        hint,
        autocomplete: "off",
        optional: true,
        scope: if row.is_empty() { "" } else { "limits-" },
        ..Field::default()
    };
    view! {
        {field("maxLeverage", words.max_leverage, words.max_leverage_hint).show_with(posted, leverage, row)}
        {field("dailyLossLimitUsd", words.daily_limit, words.daily_limit_hint).show_with(posted, limit, row)}
    }
    .rendered()
}

/// The result of a typical trade with each profile.
fn preview(
    words: &'static Follows,
    key: &ExchangeKey,
    profiles: &[RiskProfile],
    previews: Vec<Result<Option<Preview>, Error>>,
) -> AnyView {
    let silent = previews.iter().any(Result::is_err);
    let known: Vec<_> = profiles
        .iter()
        .zip(previews)
        .filter_map(|(profile, preview)| Some((profile.clone(), preview.ok()??)))
        .collect();
    let content = match known.first() {
        Some((_, first)) => {
            let source = strategies(visit::lang()).kind(first.kind);
            let (equity, trades) = (figures::cents(first.equity), first.trades.to_string());
            let lead = words.preview_lead(&key.name, &equity, &trades, source);
            let stop =
                words.stop_away(&figures::decimal(first.entry), &figures::plain_percent(first.stop_percent));
            Either::Left(view! {
                <p>{lead}" "{stop}</p>
                {typical_trades(words, &known)}
            })
        }
        None => {
            let text = if silent { words.preview_silent } else { words.preview_none };
            Either::Right(view! { <p class="empty">{text}</p> })
        }
    };
    view! {
        <section class="panel" aria-labelledby="preview-title" data-testid="preview">
            <h2 id="preview-title" class="panel-title">{words.preview}</h2>
            {content}
        </section>
    }
    .rendered()
}

fn typical_trades(words: &'static Follows, known: &[(RiskProfile, Preview)]) -> AnyView {
    let names = known.iter().map(|(profile, _)| {
        view! { <th scope="col" class="number">{words.profile(&profile.name)}</th> }
    });
    let columns: Vec<[String; 5]> = known.iter().map(|(_, p)| shown(&p.outcome)).collect();
    let rows = [words.col_amount, words.col_cost, words.col_leverage, words.col_margin, words.col_loss];
    let row = |(i, name): (usize, &'static str)| {
        let cells = columns.iter().map(|column| view! { <td class="number">{column.get(i).cloned()}</td> });
        view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }
    };
    let skipped = known.iter().filter_map(|(profile, p)| {
        let Foreseen::Skipped { reason: why, bound } = p.outcome else { return None };
        let figure = |b| match why {
            Reason::Margin | Reason::NoEquity => figures::cents(b),
            _ => figures::decimal(b),
        };
        let bound = bound.map(|b| words.bound(&figure(b)));
        let text = words.not_copied(&words.profile(&profile.name), reason(visit::lang(), why));
        Some(view! { <p class="message" data-tone="warn">{text}" "{bound}</p> })
    });
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=words.preview>
            <table class="table">
                <thead><tr><td></td>{names.collect_view()}</tr></thead>
                <tbody>{rows.into_iter().enumerate().map(row).collect_view()}</tbody>
            </table>
        </div>
        {skipped.collect_view()}
    }
    .rendered()
}

/// Amount, value, leverage, margin, and the loss at the stop.
fn shown(outcome: &Foreseen) -> [String; 5] {
    match *outcome {
        Foreseen::Traded { amount, cost, leverage, margin, loss_at_stop } => [
            money::text(amount),
            figures::cents(cost),
            format!("{leverage}×"),
            figures::cents(margin),
            figures::signed_cents(-loss_at_stop),
        ],
        Foreseen::Skipped { .. } => [(); 5].map(|()| "—".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_losses_in_a_row_leave_less_than_ten_shares() {
        let left = |tenths| left_after_ten(Decimal::new(tenths, 1));
        assert_eq!([left(15), left(20), left(30)], ["86%", "82%", "74%"]);
    }
}
