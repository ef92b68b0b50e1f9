//! Operators' forms for strategies, their webhooks and signals.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    follows::optional,
    form::{Form, form},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use domain::{
    Frame, Side, StrategyId, Symbol, money,
    own_source::SourceDecision,
    signal::Action,
    strategy::Strategy,
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Error,
    following::{
        copy, own_source,
        strategy::{self, NewStrategy, SignalReach, SignalRequest, StrategyChange},
    },
    identity::maintenance,
    trading::review,
};

/// Pauses or resumes all new copies.
#[server(endpoint = "copies-pause")]
pub async fn pause_copies(#[server(default)] paused: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let switched = match yes_or_no("paused", &paused) {
        Ok(pause) => copy::pause_all(&visit.desk, &actor, pause).await.map(|_| pause),
        Err(error) => Err(error),
    };
    let notice = |pause| if pause { PageNotice::CopiesPaused } else { PageNotice::CopiesResumed };
    let done = switched.map(|pause| Done::at("/admin/strategies").with_notice(notice(pause)));
    form("copies-pause", "/admin/strategies").answer(&visit, done).await
}

/// Switches maintenance mode on or off.
#[server(endpoint = "maintenance-set")]
pub async fn set_maintenance(
    #[server(default)] on: String,
    #[server(default)] message: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let switched = match yes_or_no("on", &on) {
        Ok(close) => maintenance::switch(&visit.desk, &actor, close, &message).await.map(|()| close),
        Err(error) => Err(error),
    };
    let notice = |close| if close { PageNotice::DeskClosed } else { PageNotice::DeskOpened };
    let done = switched.map(|close| Done::at("/admin/maintenance").with_notice(notice(close)));
    form("maintenance-set", "/admin/maintenance").keep("message", &message).answer(&visit, done).await
}

/// Confirms the differences between an account and the database.
#[server(endpoint = "review-confirm")]
pub async fn confirm_review(#[server(default)] key: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let confirmed = match key.parse() {
        Ok(key) => review::confirm(&visit.desk, &actor, key).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = confirmed.map(|()| Done::at("/admin/maintenance").with_notice(PageNotice::ReviewConfirmed));
    form("review-confirm", "/admin/maintenance").answer(&visit, done).await
}

/// Creates a strategy, initially inactive.
#[server(endpoint = "strategy-create")]
pub async fn create_strategy(
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] symbol: String,
    #[server(default)] frame: String,
    #[server(default)] definition: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("strategy-create", "/admin/strategies#create")
        .keep("name", &name)
        .keep_text("description", &description)
        .keep("symbol", &symbol)
        .keep("frame", &frame)
        .keep_text("definition", &definition);
    let made = match market(&symbol, &frame) {
        Ok((symbol, frame)) => {
            let (description, definition) = (filled(description), filled(definition));
            let new = NewStrategy { name, description, symbol, frame, definition, active: false };
            strategy::create_strategy(&visit.desk, &actor, new).await
        }
        Err(mut problems) => {
            let mut all =
                strategy::unsound(&name, filled(description).as_deref(), filled(definition).as_deref());
            all.append(&mut problems);
            Err(Error::Fields(all))
        }
    };
    let done = made.map(|made| done(made.strategy, PageNotice::StrategyCreated));
    answer.answer(&visit, done).await
}

/// Changes the name, description and rules.
#[server(endpoint = "strategy-change")]
pub async fn change_strategy(
    #[server(default)] id: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] definition: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = of("strategy-change", &id)
        .keep("name", &name)
        .keep_text("description", &description)
        .keep_text("definition", &definition);
    let change = StrategyChange {
        name: Some(name),
        description: Some(filled(description)),
        definition: Some(filled(definition)),
        ..StrategyChange::default()
    };
    let changed = match id.parse() {
        Ok(id) => strategy::update_strategy(&visit.desk, &actor, id, change).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = changed.map(|changed| done(changed.strategy, PageNotice::StrategyChanged));
    answer.answer(&visit, done).await
}

/// Activates or deactivates a strategy.
#[server(endpoint = "strategy-active")]
pub async fn activate_strategy(
    #[server(default)] id: String,
    #[server(default)] active: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let switched = match (id.parse(), yes_or_no("active", &active)) {
        (Ok(id), Ok(active)) => strategy::set_active(&visit.desk, &actor, id, active).await,
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(error)) => Err(error),
    };
    let notice =
        |active| if active { PageNotice::StrategyActivated } else { PageNotice::StrategyDeactivated };
    let done = switched.map(|switched| {
        let notice = notice(switched.strategy.active);
        done(switched.strategy, notice)
    });
    of("strategy-active", &id).answer(&visit, done).await
}

/// Success, with the name of the strategy.
fn done(strategy: Strategy, notice: PageNotice) -> Done {
    Done::at(page(strategy.id)).with_notice(notice).about(strategy.name)
}

/// Replaces the webhook's token; the next page shows the new URL once.
#[server(endpoint = "hook-rotate")]
pub async fn rotate_hook(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let rotated = match id.parse::<StrategyId>() {
        Ok(id) => strategy::rotate_hook(&visit.desk, &actor, id).await.map(|token| (id, token)),
        Err(_) => Err(Error::NotFound),
    };
    let done = rotated.map(|(id, token)| {
        Done::at(page(id))
            .with_notice(PageNotice::HookRotated)
            .with_details(vec![("token".to_owned(), token)])
    });
    of("hook-rotate", &id).answer(&visit, done).await
}

/// Decides whether a private signal source becomes public, or private again.
#[server(endpoint = "source-decide")]
pub async fn decide_source(
    #[server(default)] id: String,
    #[server(default)] decision: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let decided = match (id.parse::<StrategyId>(), SourceDecision::parse(&decision)) {
        (Ok(id), Some(decision)) => own_source::decide_source(&visit.desk, &actor, id, decision).await,
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), None) => Err(Error::field("decision", Problem::NotInRange)),
    };
    let done = decided.map(|()| Done::at("/admin/strategies").with_notice(PageNotice::SourceDecided));
    form("source-decide", "/admin/strategies").answer(&visit, done).await
}

/// Sends a signal manually. Its first post shows how many accounts it reaches, and its second post confirms it.
#[server(endpoint = "signal-send")]
pub async fn send_signal(
    #[server(default)] id: String,
    #[server(default)] action: String,
    #[server(default)] price: String,
    #[server(default)] stop: String,
    #[server(default)] targets: String,
    #[server(default)] confirmed: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = of("signal-send", &id)
        .keep("action", &action)
        .keep("price", &price)
        .keep("stop", &stop)
        .keep("targets", &targets);
    let (request, id) = match (signal_request(&action, &price, &stop, &targets), id.parse::<StrategyId>()) {
        (Ok(request), Ok(id)) => (request, id),
        (Err(problems), _) => return answer.answer(&visit, Err(Error::Fields(problems))).await,
        (Ok(_), Err(_)) => return answer.answer(&visit, Err(Error::NotFound)).await,
    };
    let done = if confirmed == "true" {
        let sent = strategy::send(&visit.desk, &actor, id, request).await;
        sent.map(|signal| Done::at(format!("/admin/signals/{}", signal.id)))
    } else {
        let reach = strategy::preview_signal(&visit.desk, &actor, id, &request).await;
        let form = [("action", action), ("price", price), ("stop", stop), ("targets", targets)];
        reach.map(|reach| {
            let details = form.into_iter().chain(figures(reach)).map(|(name, text)| (name.to_owned(), text));
            Done::at(format!("{}#send", page(id)))
                .with_notice(PageNotice::SignalPreviewed)
                .with_details(details.collect())
        })
    };
    answer.answer(&visit, done).await
}

/// The figures of a preview, as the page shows them.
fn figures(reach: SignalReach) -> Vec<(&'static str, String)> {
    let value = reach.value.map(domain::figures::cents).unwrap_or_default();
    vec![
        ("accounts", reach.accounts.to_string()),
        ("too-small", reach.too_small.to_string()),
        ("unknown", reach.unknown.to_string()),
        ("value", value),
        ("quote", reach.quote),
    ]
}

/// Parses the form; an exit needs no other fields.
fn signal_request(
    action: &str,
    price: &str,
    stop: &str,
    targets: &str,
) -> Result<SignalRequest, Vec<FieldProblem>> {
    let number = |text: &str| money::parse(text).ok();
    let side = Side::parse(action);
    let which = match (action, side) {
        ("EXIT", _) => Ok(Action::Exit),
        (_, Some(_)) => Ok(Action::Enter),
        _ => Err(FieldProblem::new("action", Problem::NotAction)),
    };
    let price = optional("price", price, Problem::NotNumber, number);
    let stop = match optional("stop", stop, Problem::NotNumber, number) {
        Ok(None) if side.is_some() => Err(FieldProblem::new("stop", Problem::Required)),
        other => other,
    };
    let targets = targets.split([' ', ';', '\n']).map(str::trim).filter(|t| !t.is_empty());
    let targets: Option<Vec<_>> = targets.map(number).collect();
    let targets = targets.ok_or_else(|| FieldProblem::new("targets", Problem::NotNumber));
    match (which, price, stop, targets) {
        (Ok(action), Ok(price), Ok(stop), Ok(targets)) => {
            Ok(SignalRequest { action, side, price, stop, targets })
        }
        (a, b, c, d) => Err([a.err(), b.err(), c.err(), d.err()].into_iter().flatten().collect()),
    }
}

/// Parses a switch: any other value must not change it.
fn yes_or_no(field: &str, text: &str) -> Result<bool, Error> {
    text.parse().map_err(|_| Error::field(field, Problem::NotBoolean))
}

fn market(symbol: &str, frame: &str) -> Result<(Symbol, Frame), Vec<FieldProblem>> {
    let symbol = symbol.trim().parse().map_err(|_| FieldProblem::new("symbol", Problem::NotSymbol));
    let frame = Frame::parse(frame).ok_or_else(|| FieldProblem::new("frame", Problem::NotFrame));
    match (symbol, frame) {
        (Ok(symbol), Ok(frame)) => Ok((symbol, frame)),
        (a, b) => Err([a.err(), b.err()].into_iter().flatten().collect()),
    }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|t| !t.trim().is_empty())
}

fn page(id: StrategyId) -> String {
    format!("/admin/strategies/{id}")
}

/// A form on a strategy's page.
fn of(name: &'static str, id: &str) -> Form {
    form(name, id.parse().map_or_else(|_| "/admin/strategies".to_owned(), page)).keep("id", id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Decimal;

    fn fields(read: Result<SignalRequest, Vec<FieldProblem>>) -> Vec<String> {
        read.err().unwrap_or_default().into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn an_entry_needs_its_stop_and_an_exit_nothing() {
        let entry = signal_request("BUY", "", "95", "105 110;120").unwrap();
        assert_eq!((entry.action, entry.side, entry.price), (Action::Enter, Some(Side::Buy), None));
        assert_eq!(entry.targets, [105, 110, 120].map(Decimal::from));
        assert_eq!(fields(signal_request("SELL", "100", "", "")), ["stop"]);
        let exit = signal_request("EXIT", "", "", "").unwrap();
        assert_eq!((exit.action, exit.side, exit.stop), (Action::Exit, None, None));
    }

    #[test]
    fn a_switch_reports_its_new_state() {
        assert!(yes_or_no("paused", "true").unwrap() && !yes_or_no("paused", "false").unwrap());
        for other in ["", "1", "TRUE", "yes"] {
            assert!(matches!(yes_or_no("paused", other), Err(Error::Fields(_))), "{other}");
        }
    }

    #[test]
    fn all_problems_are_reported_together() {
        assert_eq!(fields(signal_request("HOLD", "x", "y", "z")), ["action", "price", "stop", "targets"]);
    }
}
