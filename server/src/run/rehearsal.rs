//! The command `rehearse`: what our checks, the exchange and a sandbox answer to the orders of a plan.

use super::commands::desk_at;
use crate::config::{Config, ExchangeAt};
use anyhow::{Context as _, Result};
use domain::{ticket::RawTicket, validation::FieldProblem};
use exchange::{
    Exchange,
    binance::{Binance, BinanceConfig},
};
use service::{
    Error,
    platform::system::WallClock,
    trading::{
        order::{self, RehearsedOrder, Verdict},
        sandbox_control::SandboxControl,
    },
};
use std::sync::Arc;

/// A plan to rehearse, as given on the command line.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The id of the exchange key.
    pub key: String,
    /// The plan.
    pub ticket: RawTicket,
    /// A sandbox that answers as well.
    pub sandbox: Option<SandboxAt>,
}

/// Where a sandbox is.
#[derive(Clone, Debug)]
pub struct SandboxAt {
    /// The address of its router: `http://127.0.0.1:4000/sandbox`.
    pub url: String,
    /// The token of its control API, with which an account is opened.
    pub token: String,
}

/// The result of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// The verdicts on each order, for reading.
    pub report: String,
    /// Whether the verdicts agree.
    pub agree: bool,
}

/// Rehearses a plan: every order of it is validated by our own checks and by the exchange of the key, without placing
/// anything.
///
/// # Errors
/// If the plan is incomplete, there is no such key, the exchange rejects the key or does not answer, or the database
/// cannot be used.
pub async fn rehearse(config: Config, rehearsal: &Rehearsal) -> Result<Rehearsed> {
    let Rehearsal { key, ticket, sandbox } = rehearsal;
    let id = key.parse().ok().with_context(|| format!("{key} is not a key id"))?;
    let plan = ticket.check().map_err(|problems| anyhow::anyhow!(listed(&problems)))?;
    let binance = exchange_of(&config)?;
    let desk = desk_at(config, binance).await?;
    let beside = match sandbox {
        Some(at) => Some(account_at(at).await?),
        None => None,
    };
    let beside = beside.as_ref().map(|(exchange, who)| (exchange as &dyn Exchange, who));
    match order::rehearse(&desk, id, &plan, beside).await {
        Ok(orders) => Ok(Rehearsed {
            report: orders.iter().map(reported).chain(untested(&orders)).collect(),
            agree: orders.iter().all(RehearsedOrder::agrees),
        }),
        Err(Error::NotFound) => anyhow::bail!("no exchange key has the id {key}"),
        Err(Error::Fields(problems)) => anyhow::bail!(listed(&problems)),
        Err(other) => Err(other.into()),
    }
}

fn exchange_of(config: &Config) -> Result<BinanceConfig> {
    Ok(match &config.exchange {
        ExchangeAt::Binance { spot_url, futures_url } => BinanceConfig::new(spot_url, futures_url),
        ExchangeAt::Sandbox { url, .. } => at_sandbox(url),
        ExchangeAt::Embedded => anyhow::bail!(
            "the embedded sandbox is part of the running server; rehearse in live mode, or with SLIPSTREAM_SANDBOX"
        ),
    })
}

fn at_sandbox(url: &str) -> BinanceConfig {
    let binance = format!("{}/binance", url.trim_end_matches('/'));
    BinanceConfig::new(&binance, &binance)
}

/// A sandbox, and a new account there.
async fn account_at(at: &SandboxAt) -> Result<(Binance, exchange::Credentials)> {
    let exchange = Binance::new(at_sandbox(&at.url), Arc::new(WallClock))?;
    let control = SandboxControl::new(&at.url, at.token.clone())?;
    Ok((exchange, control.open().await.context("could not open an account at the sandbox")?))
}

fn listed(problems: &[FieldProblem]) -> String {
    let texts: Vec<_> = problems.iter().map(|p| format!("{} {}", p.field, p.problem.text())).collect();
    texts.join("; ")
}

fn reported(order: &RehearsedOrder) -> String {
    let RehearsedOrder { purpose, order: text, desk, exchange, sandbox } = order;
    let mut report = format!("{purpose}: {text}\n");
    let verdicts = [("desk", Some(desk)), ("exchange", Some(exchange)), ("sandbox", sandbox.as_ref())];
    for (name, verdict) in verdicts {
        if let Some(verdict) = verdict {
            report += &format!("    {name:<8}  {}\n", in_words(verdict));
        }
    }
    if !order.agrees() {
        report += "    The verdicts differ.\n";
    }
    report
}

/// A line about the orders that the exchange could not test; `None` if it tested all of them.
fn untested(orders: &[RehearsedOrder]) -> Option<String> {
    let missing = orders.iter().filter(|order| order.exchange == Verdict::Untested);
    let mut names: Vec<_> = missing.map(|order| order.purpose).collect();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let names = names.join(", ");
    Some(format!(
        "Not tested by the exchange: {names}. Only the desk's own checks examined these orders, against the exchange's filters and last price.\n"
    ))
}

fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted => "accepted".to_owned(),
        Verdict::Rejected(why) => format!("rejected: {why}"),
        Verdict::Untested => "cannot be tested without placing it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_every_verdict_and_a_difference() {
        let order = RehearsedOrder {
            purpose: "entry",
            order: "BUY market 0.01".into(),
            desk: Verdict::Accepted,
            exchange: Verdict::Rejected("Margin is insufficient. (-2019)".into()),
            sandbox: Some(Verdict::Untested),
        };
        assert_eq!(
            reported(&order),
            "entry: BUY market 0.01\n\
             \x20   desk      accepted\n\
             \x20   exchange  rejected: Margin is insufficient. (-2019)\n\
             \x20   sandbox   cannot be tested without placing it\n\
             \x20   The verdicts differ.\n"
        );
        let agreeing = RehearsedOrder { exchange: Verdict::Accepted, sandbox: None, ..order };
        assert_eq!(reported(&agreeing).lines().count(), 3);
    }

    #[test]
    fn orders_that_the_exchange_could_not_test_are_named_at_the_end() {
        let order = |purpose, exchange| RehearsedOrder {
            purpose,
            order: String::new(),
            desk: Verdict::Accepted,
            exchange,
            sandbox: None,
        };
        assert_eq!(untested(&[order("entry", Verdict::Accepted)]), None);
        let plan = [
            order("entry", Verdict::Accepted),
            order("stop", Verdict::Untested),
            order("target", Verdict::Untested),
            order("target", Verdict::Untested),
        ];
        let line = untested(&plan).unwrap_or_default();
        assert!(line.starts_with("Not tested by the exchange: stop, target. "), "{line}");
    }
}
