//! Forms for risk rules.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use domain::{
    Decimal, RiskRuleId, money,
    risk_rule::{Kind, RuleAction, RuleTerms, Scope},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Error,
    following::risk::{self, NewRule, RuleChange},
};

const PAGE: &str = "/rules";

/// The submitted fields of a new rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleFields {
    /// `PERSON`, or `KEY` or `FOLLOW` with an id after a colon.
    pub(crate) scope: String,
    pub(crate) kind: String,
    pub(crate) threshold: String,
    pub(crate) hours: String,
    pub(crate) action: String,
}

impl RuleFields {
    /// Parses the fields; all problems together.
    pub(crate) fn read(&self) -> Result<NewRule, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut of = |field: &str, problem: Problem| problems.push(FieldProblem::new(field, problem));
        let scope = scope(&self.scope);
        if scope.is_none() {
            of("scope", Problem::NotInRange);
        }
        let kind = Kind::parse(self.kind.trim());
        if kind.is_none() {
            of("kind", Problem::NotInRange);
        }
        let threshold = number(&self.threshold);
        if let Err(problem) = threshold {
            of("threshold", problem);
        }
        let hours = hours(&self.hours);
        if let Err(problem) = hours {
            of("coolDownHours", problem);
        }
        let action = RuleAction::parse(self.action.trim());
        if action.is_none() {
            of("action", Problem::NotInRange);
        }
        match (scope, kind, threshold, hours, action) {
            (Some(scope), Some(kind), Ok(threshold), Ok(cool_down_hours), Some(action)) => {
                Ok(NewRule { scope, terms: RuleTerms { kind, threshold, cool_down_hours, action } })
            }
            _ => Err(problems),
        }
    }
}

/// Names the form's field for the problems of a scope.
pub(crate) fn of_scope(error: Error) -> Error {
    match error {
        Error::Fields(problems) => {
            let named = problems.into_iter().map(|problem| match problem.field.as_str() {
                "followId" | "exchangeKeyId" => FieldProblem::new("scope", problem.problem),
                _ => problem,
            });
            Error::Fields(named.collect())
        }
        other => other,
    }
}

/// The text of a scope in the form.
pub(crate) fn scope_text(scope: Scope) -> String {
    let level = scope.level();
    match scope {
        Scope::Follow(id) => format!("{level}:{id}"),
        Scope::Key(id) => format!("{level}:{id}"),
        Scope::Person => level.to_string(),
    }
}

fn scope(text: &str) -> Option<Scope> {
    match text.trim().split_once(':') {
        Some(("FOLLOW", id)) => id.parse().ok().map(Scope::Follow),
        Some(("KEY", id)) => id.parse().ok().map(Scope::Key),
        None if text.trim() == "PERSON" => Some(Scope::Person),
        _ => None,
    }
}

fn number(text: &str) -> Result<Decimal, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::Required);
    }
    money::parse(text.trim()).map_err(|_| Problem::NotNumber)
}

/// Parses a pause in hours; `None` if it is empty.
fn hours(text: &str) -> Result<Option<u16>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.trim().parse().map(Some).map_err(|_| Problem::NotCoolDown)
}

/// Adds a rule.
#[server(endpoint = "risk-rule-create")]
pub async fn create_risk_rule(
    #[server(default)] scope: String,
    #[server(default)] kind: String,
    #[server(default)] threshold: String,
    #[server(default)]
    #[server(rename = "coolDownHours")]
    hours: String,
    #[server(default)] action: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("risk-rule-create", format!("{PAGE}#add"))
        .keep("scope", &scope)
        .keep("kind", &kind)
        .keep("threshold", &threshold)
        .keep("coolDownHours", &hours)
        .keep("action", &action);
    let created = match (RuleFields { scope, kind, threshold, hours, action }).read() {
        Ok(new) => risk::create_rule(&visit.desk, &actor, new).await.map_err(of_scope),
        Err(problems) => Err(Error::Fields(problems)),
    };
    answer.answer(&visit, created.map(|_rule| done(PageNotice::RiskRuleSaved))).await
}

/// Changes a rule.
#[server(endpoint = "risk-rule-change")]
pub async fn change_risk_rule(
    #[server(default)] id: String,
    #[server(default)] threshold: String,
    #[server(default)]
    #[server(rename = "coolDownHours")]
    hours: String,
    #[server(default)] action: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("risk-rule-change", PAGE)
        .keep("id", &id)
        .keep("threshold", &threshold)
        .keep("coolDownHours", &hours)
        .keep("action", &action);
    let changed = match (id.parse::<RiskRuleId>(), change(&threshold, &hours, &action)) {
        (Ok(id), Ok(change)) => risk::change_rule(&visit.desk, &actor, id, change).await,
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(problem)) => Err(Error::Fields(vec![problem])),
    };
    answer.answer(&visit, changed.map(|_rule| done(PageNotice::RiskRuleSaved))).await
}

fn change(threshold: &str, hours_text: &str, action: &str) -> Result<RuleChange, FieldProblem> {
    let threshold = number(threshold).map_err(|problem| FieldProblem::new("threshold", problem))?;
    let cool_down_hours = hours(hours_text).map_err(|problem| FieldProblem::new("coolDownHours", problem))?;
    let action = RuleAction::parse(action.trim());
    let action = action.ok_or_else(|| FieldProblem::new("action", Problem::NotInRange))?;
    Ok(RuleChange { threshold: Some(threshold), cool_down_hours, action: Some(action) })
}

/// Resumes a tripped rule.
#[server(endpoint = "risk-rule-resume")]
pub async fn resume_risk_rule(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let resumed = match id.parse::<RiskRuleId>() {
        Ok(id) => risk::resume_rule(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = resumed.map(|_rule| done(PageNotice::RiskRuleResumed));
    form("risk-rule-resume", PAGE).keep("id", &id).answer(&visit, done).await
}

/// Removes a rule.
#[server(endpoint = "risk-rule-remove")]
pub async fn remove_risk_rule(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let removed = match id.parse::<RiskRuleId>() {
        Ok(id) => risk::remove_rule(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = removed.map(|()| done(PageNotice::RiskRuleSaved));
    form("risk-rule-remove", PAGE).keep("id", &id).answer(&visit, done).await
}

fn done(notice: PageNotice) -> Done {
    Done::at(PAGE).with_notice(notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_or_named() {
        let fields = RuleFields {
            scope: "PERSON".into(),
            kind: "DAY_LOSS".into(),
            threshold: "50".into(),
            hours: String::new(),
            action: "FLATTEN".into(),
        };
        let rule = fields.read().unwrap();
        assert_eq!((rule.scope, rule.terms.threshold), (Scope::Person, Decimal::from(50)));
        assert_eq!(scope(&scope_text(rule.scope)), Some(rule.scope));
        let bad = RuleFields { scope: "KEY:1".into(), hours: "x".into(), ..RuleFields::default() };
        let named: Vec<_> = bad.read().unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(named, ["scope", "kind", "threshold", "coolDownHours", "action"]);
    }
}
