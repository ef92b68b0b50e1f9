//! Forms of the ticket's presets.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    trade::{at_desk, desk_page},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use domain::{
    Decimal, money,
    preset::{PresetSettings, PresetSize},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{Error, trading::preset};

/// Saves settings under a name: an amount or a risk, and the distances of the exits in percent.
#[allow(clippy::too_many_arguments)] // the form's fields
#[server(endpoint = "preset-save")]
pub async fn save_preset(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] name: String,
    #[server(default)] amount: String,
    #[server(default)]
    #[server(rename = "riskPercent")]
    risk: String,
    #[server(default)]
    #[server(rename = "stopPercent")]
    stop: String,
    #[server(default)]
    #[server(rename = "takeProfitPercents")]
    targets: Vec<String>,
    #[server(default)]
    #[server(rename = "takeProfitShares")]
    shares: Vec<String>,
    #[server(default)] leverage: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let form = at_desk("preset-save", &key, &symbol)
        .keep("name", &name)
        .keep("amount", &amount)
        .keep("riskPercent", &risk)
        .keep("stopPercent", &stop)
        .keep("leverage", &leverage);
    let form = targets.iter().fold(form, |form, target| form.keep("takeProfitPercents", target));
    let form = shares.iter().fold(form, |form, share| form.keep("takeProfitShares", share));
    let typed = Typed {
        amount: &amount,
        risk: &risk,
        stop: &stop,
        targets: &targets,
        shares: &shares,
        leverage: &leverage,
    };
    let saved = match typed.read() {
        Ok(settings) => preset::save_preset(&visit.desk, &actor, &name, &settings).await,
        Err(problems) => Err(Error::Fields(problems)),
    };
    let done = saved.map(|preset| {
        let page = format!("{}&preset={}", desk_page(&key, &symbol), preset.id);
        Done::at(page).with_notice(PageNotice::PresetSaved).about(preset.name)
    });
    form.answer(&visit, done).await
}

/// Deletes a preset.
#[server(endpoint = "preset-delete")]
pub async fn delete_preset(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] preset: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let deleted = match preset.parse() {
        Ok(id) => preset::delete_preset(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = deleted.map(|()| Done::at(desk_page(&key, &symbol)).with_notice(PageNotice::PresetDeleted));
    at_desk("preset-delete", &key, &symbol).answer(&visit, done).await
}

/// The settings as typed.
struct Typed<'a> {
    amount: &'a str,
    risk: &'a str,
    stop: &'a str,
    targets: &'a [String],
    /// The shares of the take-profits, in percent.
    shares: &'a [String],
    leverage: &'a str,
}

impl Typed<'_> {
    /// Reads the settings. An empty field has none; what no order could have is found when they are saved.
    fn read(&self) -> Result<PresetSettings, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut number = |field: &str, text: &str| -> Option<Decimal> {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            let parsed = money::parse(text).ok();
            if parsed.is_none() {
                problems.push(FieldProblem::new(field, Problem::NotNumber));
            }
            parsed
        };
        let (amount, risk) = (number("amount", self.amount), number("riskPercent", self.risk));
        let stop_percent = number("stopPercent", self.stop);
        let targets = self.targets.iter().filter_map(|text| number("takeProfitPercents", text)).collect();
        let shares: Vec<Decimal> =
            self.shares.iter().filter_map(|text| number("takeProfitShares", text)).collect();
        let target_shares = shares.into_iter().map(|percent| percent / Decimal::ONE_HUNDRED).collect();
        let leverage = match self.leverage.trim() {
            "" => None,
            text => {
                let times = text.parse::<u16>().ok();
                if times.is_none() {
                    problems.push(FieldProblem::new("leverage", Problem::NotLeverage));
                }
                times
            }
        };
        let size = risk.map(PresetSize::Risk).or(amount.map(PresetSize::Amount));
        if size.is_none() && problems.is_empty() {
            problems.push(FieldProblem::new("amount", Problem::Required));
        }
        match size {
            Some(size) if problems.is_empty() => {
                Ok(PresetSettings { size, stop_percent, target_percents: targets, target_shares, leverage })
            }
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_have_no_setting() {
        let targets = ["3".to_owned(), " ".to_owned()];
        let shares = ["100".to_owned(), String::new()];
        let typed =
            Typed { amount: "0.05", risk: "", stop: "", targets: &targets, shares: &shares, leverage: "" };
        let settings = typed.read().unwrap();
        let d = |text| money::parse(text).unwrap();
        assert_eq!(settings.size, PresetSize::Amount(d("0.05")));
        assert_eq!((settings.stop_percent, settings.leverage), (None, None));
        assert_eq!((settings.target_percents, settings.target_shares), (vec![d("3")], vec![d("1")]));
        let wrong = Typed { amount: "much", leverage: "x", ..typed };
        let fields: Vec<_> = wrong.read().unwrap_err().into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["amount", "leverage"]);
        assert_eq!(Typed { amount: "", ..typed }.read().unwrap_err()[0].problem, Problem::Required);
    }
}
