//! `/billing`: the user's plan, its renewal, and paid invoices.

use super::plans::{includes, money, test_mode_note};
use crate::components::rendered::Rendered as _;
use crate::{
    components::{
        confirm::Confirm,
        form::Posted,
        frame::{Width, frame},
        show::show,
        tables::{NUMBER, ROOMY, WORDS, scrolling},
    },
    visit::{self, Visit, encoded},
    words::billing::{Billing, billing},
};
use domain::{
    Micros, Plan,
    plan::title,
    subscription::{Interval, Invoice, State, Subscription},
};
use leptos::prelude::*;
use leptos_meta::Meta;
use service::{
    Actor, Error,
    money::billing::{self, Lapsed, Overview, Waiting},
};

/// The reload interval of a waiting page, in seconds.
const AGAIN: u8 = 3;

pub(crate) fn page() -> impl IntoView {
    show(|visit| async move {
        let (words, actor) = (billing(visit::lang()), visit.trader()?);
        let waiting = waiting(&visit, actor).await?;
        let overview = billing::overview(&visit.desk, actor).await?;
        let posted = Posted::read(&visit).await?;
        let body = view! {
            <h1>{words.title}</h1>
            <p class="lead">{words.lead}</p>
            {posted.message()}
            {test_mode_note(&visit, words)}
            {waiting.map(|waiting| progress(words, waiting))}
            {plan(&visit, words, &overview)}
            {invoices(words, overview.invoices)}
        };
        Ok(frame(&visit, words.title, Width::Wide, body.rendered()))
    })
}

/// The state of the checkout in the URL, if it is the user's own.
async fn waiting(visit: &Visit, actor: &Actor) -> Result<Option<Waiting>, Error> {
    match visit::query("checkout").and_then(|id| id.parse().ok()) {
        Some(id) => Waiting::find(&visit.desk, actor, id).await,
        None => Ok(None),
    }
}

/// Waits without scripts: the browser reloads the page, or continues to the payment page.
fn progress(words: &'static Billing, waiting: Waiting) -> AnyView {
    let (title, text, state) = match &waiting {
        Waiting::ForWord(_) => (words.waiting_title, words.waiting, "waiting"),
        Waiting::Done => (words.paid_title, words.paid, "done"),
        Waiting::Over => (words.over_title, words.over, "over"),
    };
    let links = match waiting {
        Waiting::ForWord(url) => {
            let go = visit::query("go").and(url.clone());
            let content = go.map_or_else(|| AGAIN.to_string(), |url| format!("0; url={url}"));
            let link = url.map(|url| {
                view! { <a class="button" data-kind="main" href=url data-testid="to-payment">{words.to_payment}</a> }
            });
            // This link reloads the page and does not lead to the payment page.
            let here =
                format!("/billing?checkout={}", encoded(&visit::query("checkout").unwrap_or_default()));
            Some(view! {
                <Meta http_equiv="refresh" content=content/>
                <p class="row">{link}<a class="button" href=here>{words.look_again}</a></p>
            })
        }
        Waiting::Done | Waiting::Over => None,
    };
    view! {
        <section class="panel note" aria-labelledby="progress-title" role="status" data-testid="progress" data-state=state>
            <h2 id="progress-title" class="panel-title">{title}</h2>
            <p>{text}</p>
            {links}
        </section>
    }
    .rendered()
}

fn plan(visit: &Visit, words: &'static Billing, overview: &Overview) -> AnyView {
    let named = overview.subscription.as_ref().map(|(_, plan)| plan).or(overview.held.given.as_ref());
    let plan = named.unwrap_or(&overview.free);
    let note = match (&overview.subscription, &overview.held.given) {
        (Some(_), _) => None,
        (None, Some(_)) => Some(words.given),
        (None, None) => Some(words.free),
    };
    // A user with an assigned plan has lost nothing.
    let lapsed = overview.lapsed.as_ref().filter(|_| overview.held.given.is_none());
    let now = visit.desk.clock.now();
    let details =
        overview.subscription.as_ref().map(|(current, _)| subscription(words, current, overview, now));
    let kind = if named.is_none() { "main" } else { "plain" };
    let see = overview.for_sale.then(|| {
        view! { <a class="button" data-kind=kind href="/plans" data-testid="see-plans">{words.see_plans}</a> }
    });
    let ending = overview.subscription.as_ref().map(|(current, plan)| end(words, current, plan));
    let acts = (see.is_some() || ending.is_some()).then(|| view! { <div class="row">{ending}{see}</div> });
    let included = named.map(|plan| includes(words, &plan.limits));
    view! {
        <section class="panel" aria-labelledby="plan-title" data-testid="current-plan">
            <h2 id="plan-title" class="panel-title">{words.yours}</h2>
            <p class="plan-price" data-testid="plan-name">{title(&plan.name)}</p>
            {note.map(|text| view! { <p>{text}</p> })}
            {lapsed.map(|lapsed| over(words, lapsed))}
            {included}
            {details}
            {credit(words, overview.credit)}
            {acts}
        </section>
    }
    .rendered()
}

/// The plan that ended and the reason: the free plan alone would not explain it.
fn over(words: &'static Billing, lapsed: &Lapsed) -> AnyView {
    let (plan, date) = (&title(&lapsed.plan), lapsed.at.date());
    let text = if lapsed.unpaid { words.lapsed_unpaid(plan, &date) } else { words.lapsed(plan, &date) };
    view! { <p class="note" data-testid="lapsed">{text}</p> }.rendered()
}

fn credit(words: &'static Billing, cents: i64) -> Option<AnyView> {
    let value = words.credit_value(&money(cents));
    let line = view! {
        <dl class="figures short"><div><dt>{words.credit}</dt><dd data-testid="credit">{value}</dd></div></dl>
    };
    (cents > 0).then(|| line.rendered())
}

const fn state(words: &'static Billing, state: State) -> &'static str {
    match state {
        State::Active => words.state_active,
        State::Trialing => words.state_trialing,
        State::PastDue => words.state_past_due,
        State::Unpaid => words.state_unpaid,
        State::Paused => words.state_paused,
        State::Canceled | State::Incomplete | State::IncompleteExpired => words.state_over,
    }
}

fn subscription(
    words: &'static Billing,
    current: &Subscription,
    overview: &Overview,
    now: Micros,
) -> AnyView {
    let (amount, currency) = (money(current.amount), current.currency.to_uppercase());
    let price = match current.interval {
        Interval::Day => words.price_day(&amount, &currency),
        Interval::Week => words.price_week(&amount, &currency),
        Interval::Month => words.price_month(&amount, &currency),
        Interval::Year => words.price_year(&amount, &currency),
    };
    let unpaid = matches!(current.state, State::PastDue | State::Unpaid);
    let until = match current.in_force(now) {
        _ if !unpaid && current.cancel_at_period_end => Some((words.ends, current.period_end)),
        _ if !unpaid => Some((words.renews, current.period_end)),
        true => Some((words.in_force_until, current.grace_end())),
        false => None,
    };
    let late = unpaid.then(|| {
        let text = match until {
            Some((_, end)) => words.failed(&end.date()),
            None => words.failed_over.to_owned(),
        };
        let pay = overview.open_invoice.clone().map(|url| {
            view! { <p><a class="button" data-kind="main" href=url data-testid="pay-invoice">{words.pay_invoice}</a></p> }
        });
        view! { <div class="message stack" data-tone="warn" role="alert" data-testid="late"><p>{text}</p>{pay}</div> }
    });
    view! {
        {late}
        <dl class="figures short" data-testid="subscription">
            <div><dt>{words.price}</dt><dd>{price}</dd></div>
            <div><dt>{words.state}</dt><dd data-testid="state">{state(words, current.state)}</dd></div>
            <div><dt>{words.period}</dt><dd>{words.period_value(&current.period_start.date(), &current.period_end.date())}</dd></div>
            {until.map(|(name, at)| view! { <div><dt>{name}</dt><dd data-testid="until">{at.date()}</dd></div> })}
        </dl>
    }
    .rendered()
}

/// Cancelling the plan needs a confirmation; keeping it does not.
fn end(words: &'static Billing, current: &Subscription, plan: &Plan) -> AnyView {
    if current.cancel_at_period_end {
        return view! {
            <form method="post" action="/api/plan-end">
                <input type="hidden" name="end" value="false"/>
                <button type="submit" class="button" data-kind="main" data-testid="plan-keep">{words.keep}</button>
            </form>
        }
        .rendered();
    }
    let (plan, ends) = (title(&plan.name), [("end", "true".to_owned())]);
    let question = words.end_sure(&plan, &current.period_end.date());
    let named = Some(words.end_this(&plan));
    Confirm {
        named,
        no: Some(words.keep),
        ..Confirm::new("plan-end", &ends, words.end, &question, "plan-end")
    }
    .show()
}

fn invoices(words: &'static Billing, all: Option<Vec<Invoice>>) -> AnyView {
    let content = match all {
        None => view! { <p class="empty">{words.invoices_unavailable}</p> }.rendered(),
        Some(all) if all.is_empty() => view! { <p class="empty">{words.no_invoices}</p> }.rendered(),
        Some(all) => {
            let columns = [
                (words.number, WORDS),
                (words.date, WORDS),
                (words.paid_for, ROOMY),
                (words.amount, NUMBER),
                (words.invoice, WORDS),
            ];
            let rows = all.into_iter().map(|invoice| line(words, invoice)).collect_view();
            scrolling(words.invoices.to_owned(), &columns, rows)
        }
    };
    view! {
        <section class="panel" aria-labelledby="invoices-title" data-testid="invoices">
            <h2 id="invoices-title" class="panel-title">{words.invoices}</h2>
            {content}
        </section>
    }
    .rendered()
}

fn line(words: &'static Billing, invoice: Invoice) -> AnyView {
    let period = invoice.period_start.zip(invoice.period_end);
    let period = period.map(|(start, end)| words.period_value(&start.date(), &end.date()));
    let amount = format!("{} {}", money(invoice.amount_paid), invoice.currency.to_uppercase());
    let link = (!invoice.hosted_url.is_empty()).then(|| {
        let label = words.print_this(&invoice.number);
        view! { <a href=invoice.hosted_url aria-label=label>{words.print}</a> }
    });
    view! {
        <tr data-testid="invoice">
            <th scope="row">{invoice.number}</th>
            <td class="date">{invoice.created_at.date()}</td>
            <td class="roomy">{period}</td>
            <td class="number sum">{amount}</td>
            <td>{link}</td>
        </tr>
    }
    .rendered()
}
