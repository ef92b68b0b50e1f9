//! `/notices?before=`: past events, with the same texts as the toasts. Opening it marks them as read.

use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        frame::{Width, frame},
        show::show,
        tables::timestamp,
    },
    islands::{messages, toasts},
    visit::{self, Visit},
    words::{
        live::live,
        reports::{Reports, reports},
    },
};
use domain::{live::LiveEventKind, money};
use leptos::prelude::*;
use service::{
    messaging::{
        notice::{self, Notice},
        words::order_failure,
    },
    trading::market,
};

/// The bell's page.
pub(crate) fn page() -> impl IntoView {
    let before = visit::query("before").and_then(|text| text.parse().ok());
    show(move |visit| async move {
        let words = reports(visit::lang());
        let mut page = notice::read_page(&visit.desk, visit.trader()?, before).await?;
        let events = page.items.iter_mut().map(|notice| &mut notice.event).collect();
        market::round_averages(&visit.desk, events).await;
        // Everything on this page counts as read from now on.
        let visit = if before.is_none() { Visit { unread: 0, ..visit } } else { visit };
        let empty = page.items.is_empty().then(|| view! { <p class="empty">{words.notices_empty}</p> });
        let newest =
            before.map(|_| view! { <a class="button" data-kind="quiet" href="/notices">{words.newest}</a> });
        let older = page.next.map(|seq| {
            view! { <a class="button" data-kind="quiet" href=format!("/notices?before={seq}")>{words.older}</a> }
        });
        let body = view! {
            <h1>{words.notices}</h1>
            <p class="lead">{words.notices_lead}</p>
            {empty}
            <ul class="notices" data-testid="notices">{page.items.iter().map(|n| line(words, n)).collect_view()}</ul>
            <p class="row">{newest}{older}</p>
        };
        Ok(frame(&visit, words.notices, Width::Wide, body))
    })
}

fn line(words: &'static Reports, notice: &Notice) -> Option<AnyView> {
    let (tone, text) = format_notice(notice)?;
    let unread = notice.unread.then(|| view! { <span class="badge" data-mode="paper">{words.new}</span> });
    let key = notice.key_name.clone().map(|name| view! { " · " <bdi>{name}</bdi> });
    Some(
        view! {
            <li class="notice" data-tone=tone data-testid="notice">
                <p>{text}" "{unread}</p>
                <p class="hint">{timestamp(notice.at)}{key}</p>
            </li>
        }
        .rendered(),
    )
}

/// The same text as the toast, produced by the same parser as in the browser; with the reason of a rejection.
fn format_notice(notice: &Notice) -> Option<(&'static str, String)> {
    let lang = visit::lang();
    if let LiveEventKind::TargetRefused(symbol, why) = &notice.event.what {
        let why = order_failure(lang, why);
        return Some(("warn", reports(lang).target_refused(&symbol.to_string(), &why)));
    }
    let what = serde_json::to_value(&notice.event.what).ok()?;
    let result = notice.result.map(money::text).unwrap_or_default();
    toasts::format_toast(live(lang), &messages::toast_event(&what)?.with_result(result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Decimal, Micros, OrderStatus, OrderType, Symbol,
        copy::Exit,
        live::{LiveEvent, RightsChange},
        order_failure::FailureCause,
    };

    fn notice(what: LiveEventKind) -> Notice {
        let key = "0192d3a0-0000-7000-8000-000000000001".parse().unwrap();
        let event = LiveEvent { key: Some(key), at: Micros(5), what };
        Notice { seq: 1, at: Micros(5), event, key_name: None, unread: true, result: None }
    }

    #[test]
    fn news_and_nothing_else_has_a_text() {
        let symbol: Symbol = "BTC/USDT".parse().unwrap();
        let mut all = vec![
            LiveEventKind::ClosedWithoutStop(symbol.clone()),
            LiveEventKind::TargetRefused(symbol.clone(), FailureCause::Unreachable.into()),
            LiveEventKind::KeyRefused("mine".into()),
            LiveEventKind::AccountMode("mine".into()),
            LiveEventKind::ForeignFill(symbol.clone()),
            LiveEventKind::Liquidated(symbol.clone()),
            LiveEventKind::LeftOpen("mine".into()),
            LiveEventKind::StopReplaced(symbol.clone()),
            LiveEventKind::WithoutStop(symbol.clone()),
            LiveEventKind::TimeLimit(symbol.clone()),
            LiveEventKind::CopyEnded {
                strategy: "EMA".into(),
                symbol: symbol.clone(),
                exit: Exit::Stop,
                profit_usd: Some(Decimal::ONE),
            },
            LiveEventKind::StopHit(symbol.clone(), None),
            LiveEventKind::TargetHit(symbol, Some(Decimal::ONE)),
            LiveEventKind::SignedIn("203.0.113.9".into()),
            LiveEventKind::PasswordChanged,
            LiveEventKind::AlertRefused("BTC alerts".into()),
            LiveEventKind::WebhookDisabled("Journal".into()),
            LiveEventKind::RuleTripped("EMA cross".into()),
            LiveEventKind::PlanEndsSoon("Pro".into()),
            LiveEventKind::PaymentFailed("Pro".into()),
            LiveEventKind::PlanEnded("Pro".into()),
        ];
        all.extend(RightsChange::ALL.iter().map(|change| LiveEventKind::KeyRights("mine".into(), *change)));
        let statuses = [
            OrderStatus::Open,
            OrderStatus::Closed,
            OrderStatus::Canceled,
            OrderStatus::Expired,
            OrderStatus::Rejected,
        ];
        for status in statuses {
            for kind in [OrderType::Limit, OrderType::Market, OrderType::StopMarket] {
                for filled in [Decimal::ZERO, Decimal::new(1, 2)] {
                    let order = domain::Order { status, kind, filled, ..crate::islands::tests::order() };
                    all.push(LiveEventKind::Order(Box::new(order), None));
                }
            }
        }
        for what in all {
            let (news, notice) = (what.is_news(), notice(what));
            assert_eq!(format_notice(&notice).is_some(), news, "{notice:?}");
        }
    }
}
