//! Texts of what follows earn, and of how copies are executed.

use super::table;

table! {
    /// The page of one follow, and the public execution page of a strategy.
    Execution, execution {
        performance: "Performance",
        performance_of(strategy): "Performance of {strategy}",
        follow_title(strategy): "{strategy}: your performance",
        follow_about(account, risk, date): "{account} · {risk} per trade · since {date}",
        stopped_on(date): "You stopped copying this strategy on {date}.",
        stopped_open(date): "You stopped copying this strategy on {date}. The position that you kept is still open.",
        open: "Open P&L",
        today: "Today",
        total: "Total",
        closed: "Closed trades",
        realized: "Realized P&L",
        unrealized: "Unrealized P&L",
        net: "Net profit",
        breakdown: "Breakdown",
        fees: "Fees",
        funding: "Funding",
        slippage: "Slippage",
        slippage_of(percent, amount): "{percent} ({amount})",
        slippage_p90: "Slippage, 90th percentile",
        delay: "Delay",
        delay_p90: "Delay, 90th percentile",
        milliseconds(number): "{number} ms",
        seconds(number): "{number} s",
        open_unknown: "The exchange isn't responding, so the open position isn't counted. Reload the page in a moment.",
        unknown_results(count): plural {
            one: "The result of {count} closed trade is unknown, so it isn't counted.",
            other: "The results of {count} closed trades are unknown, so they aren't counted.",
        },
        curve: "Equity curve",
        curve_summary(first, last): "Net profit from {first} to {last} USDT.",
        curve_empty: "The curve appears after the first closed trade.",
        how: "How these figures are calculated",
        how_profit: "Profit is realized and unrealized P&L less fees and funding, in USDT. In the summary, positive funding was paid and negative funding was received. The breakdown shows costs with a minus sign.",
        how_today: "Today counts the trades that closed since midnight in your time zone. Total also counts the open position.",
        how_slippage: "Slippage is the difference between your entry price and the signal's price: the median in percent, and the sum in USDT. A positive value is a worse price.",
        how_delay: "Delay is the median time from the signal until your entry was filled.",
        copies: "Copied trades of this account",
        position: "Open position",
        position_of(side, symbol): "{side} {symbol}",
        amount: "Entered amount",
        entry: "Entry price",
        leverage: "Leverage",
        stop: "Stop loss",
        targets: "Take profits",
        manage: "View on trade page",

        title: "Execution",
        title_of(strategy): "{strategy}: execution",
        lead: "How this strategy's signals were executed on the accounts that copy it.",
        see: "View execution",
        back(strategy): "Back to {strategy}",
        withheld: "Not enough followers yet",
        withheld_lead(least): "Figures appear once signals have been copied by at least {least} users. With fewer, they would reveal the trades of one account.",
        window(count): plural {
            one: "The last signal that reached followers.",
            other: "The last {count} signals that reached followers.",
        },
        entries: "Copied entries",
        filled: "Filled",
        filled_share(number, share): "{number} ({share})",
        skipped: "Skipped",
        failed: "Failed",
        pending: "In progress",
        median_delay: "Delay, median",
        median_slippage: "Slippage, median",
        reasons: "Why entries were skipped or failed",
        reason: "Reason",
        no_reasons: "No entry was skipped.",
        count: "Entries",
        signals: "Signals",
        time: "Time (UTC)",
        signal: "Signal",
        enter_long: "Open long",
        enter_short: "Open short",
        exit: "Close",
        copied: "Copies",
        hidden: "Hidden",
        hidden_hint(least): "Signals that reached fewer than {least} users show no figures.",
        rule_delay: "Delay is the time from the acceptance of a signal until the entry was filled.",
        rule_slippage: "Slippage is the difference between the entry price and the signal's price. A positive value is a worse price for the follower.",
        rule_percentile: "Nine of ten entries were not above the 90th percentile.",
        rule_users(least): "Figures are updated for ten minutes after each signal. They name no follower. Delay and slippage appear once at least {least} users were filled, so that no account can be identified by them.",
    }
}

impl Execution {
    /// A delay: in milliseconds below ten seconds, otherwise in seconds.
    pub(crate) fn delay_text(&self, ms: Option<i64>) -> String {
        match ms {
            None => "—".to_owned(),
            Some(ms @ ..10_000) => self.milliseconds(&domain::figures::grouped(&ms.to_string())),
            Some(ms) => self.seconds(&domain::figures::grouped(&(ms / 1_000).to_string())),
        }
    }
}
