//! Texts of a report, used by its mail and its page.

/// The texts of a report.
pub struct Words {
    /// Title of a weekly report.
    pub week: &'static str,
    /// Title of a monthly report.
    pub month: &'static str,
    /// The period: first day, last day, time zone.
    pub days: &'static str,
    /// Label of the value at the start.
    pub start: &'static str,
    /// Label of the value at the end.
    pub end: &'static str,
    /// Label of deposits less withdrawals.
    pub net_deposits: &'static str,
    /// Label of the profit.
    pub profit: &'static str,
    /// Label of the maximum drawdown.
    pub drawdown: &'static str,
    /// Label of the fees.
    pub fees: &'static str,
    /// Label of the entries.
    pub trades: &'static str,
    /// Number of copied and of manual entries.
    pub trades_of: &'static str,
    /// Label of the win rate.
    pub win_rate: &'static str,
    /// Number of winning positions out of all.
    pub won_of: &'static str,
    /// Title of the results by exchange key.
    pub keys: &'static str,
    /// Title of the results by strategy.
    pub strategies: &'static str,
    /// Column head of names.
    pub name: &'static str,
    /// Title of the chart.
    pub profit_chart: &'static str,
    /// Description of the chart: first and last value.
    pub profit_chart_text: &'static str,
    /// Note under the figures that explains them.
    pub note: &'static str,
    /// Text of the link to the page.
    pub open: &'static str,
}

static EN: Words = Words {
    week: "Weekly report",
    month: "Monthly report",
    days: "{} to {} ({})",
    start: "Starting balance",
    end: "Ending balance",
    net_deposits: "Net deposits",
    profit: "Profit",
    drawdown: "Max drawdown",
    fees: "Fees",
    trades: "Entries",
    trades_of: "{} automated, {} manual",
    win_rate: "Win rate",
    won_of: "{} of {} copied positions",
    keys: "By exchange key",
    strategies: "By strategy",
    name: "Name",
    profit_chart: "Profit over time",
    profit_chart_text: "From {} to {}",
    note: "Amounts are in USD. Profit is the balance change minus net deposits; a key's balance when you connected it \
           counts as a deposit. By strategy: profit of closed copied positions, after fees.",
    open: "View report",
};

/// The texts in English, the only language at present.
#[must_use]
pub fn words() -> &'static Words {
    &EN
}

/// Substitutes the placeholders `{}` of a text in order.
pub(super) fn fill(text: &str, values: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values.iter().copied().chain(std::iter::repeat(""))) {
        out.push_str(value);
        out.push_str(part);
    }
    out
}
