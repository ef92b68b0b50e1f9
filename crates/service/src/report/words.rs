//! What stands in a report, in its mail and on its page alike.

/// The words of a report.
pub struct Words {
    /// Title of a week's.
    pub week: &'static str,
    /// Title of a month's.
    pub month: &'static str,
    /// Its days: first, last, time zone.
    pub days: &'static str,
    /// Label of the worth at the start.
    pub start: &'static str,
    /// Label of the worth at the end.
    pub end: &'static str,
    /// Label of what was brought and taken.
    pub brought: &'static str,
    /// Label of what was won or lost.
    pub profit: &'static str,
    /// Label of the greatest fall.
    pub drawdown: &'static str,
    /// Label of the fees.
    pub fees: &'static str,
    /// Label of the entries.
    pub trades: &'static str,
    /// How many of them were copied, and how many made by hand.
    pub trades_of: &'static str,
    /// Label of the share of positions that won.
    pub win_rate: &'static str,
    /// How many of how many positions won.
    pub won_of: &'static str,
    /// Title of the accounts.
    pub keys: &'static str,
    /// Title of the strategies.
    pub strategies: &'static str,
    /// Column of a name.
    pub name: &'static str,
    /// Title of the picture.
    pub picture: &'static str,
    /// What the picture shows: from and to.
    pub picture_says: &'static str,
    /// Under the figures: what they are made of.
    pub note: &'static str,
    /// Link to the page.
    pub open: &'static str,
}

static EN: Words = Words {
    week: "Weekly report",
    month: "Monthly report",
    days: "{} to {} ({})",
    start: "Starting balance",
    end: "Ending balance",
    brought: "Net deposits",
    profit: "Profit",
    drawdown: "Max drawdown",
    fees: "Fees",
    trades: "Entries",
    trades_of: "{} automated, {} manual",
    win_rate: "Win rate",
    won_of: "{} of {} copied positions",
    keys: "By key",
    strategies: "By strategy",
    name: "Name",
    picture: "Profit over time",
    picture_says: "From {} to {}",
    note: "Amounts are in USD. Profit is the balance change minus net deposits; a key's balance when you connected it \
           counts as a deposit. By strategy: profit of closed copied positions, after fees.",
    open: "View report",
};

/// The words; English is the first language.
#[must_use]
pub fn words() -> &'static Words {
    &EN
}

/// Puts values in the places of `{}`, in order.
pub(super) fn fill(text: &str, values: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values.iter().copied().chain(std::iter::repeat(""))) {
        out.push_str(value);
        out.push_str(part);
    }
    out
}
