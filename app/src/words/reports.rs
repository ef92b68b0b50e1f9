//! Texts of the pages about reports and notices. Those of a report are the same as in its mail
//! (`service::following::report::words`); a test compares them.

use super::table;

table! {
    /// Reports and notices.
    Reports, reports {
        title: "Reports",
        lead: "Your weekly and monthly performance, in your time zone. Each report is e-mailed once and stays here.",
        empty(time): "No reports yet. The first one arrives when this week ends: {time}.",
        so_far: "This week so far",
        so_far_lead: "The week isn't over, so these figures can still change.",
        so_far_empty: "No figures yet. Connect an exchange key; the first figures appear within two minutes.",
        fees_partly(fees): "{fees} (some fees are still missing)",
        see_so_far: "View this week so far",
        col_period: "Period",
        col_days: "Days",
        week: "Week",
        month: "Month",
        settings: "Choose the reports you get by e-mail",
        as_mailed: "E-mail version",
        week_title: "Weekly report",
        month_title: "Monthly report",
        days(first, last, zone): "{first} to {last} ({zone})",
        start: "Starting balance",
        end: "Ending balance",
        net_deposits: "Net deposits",
        profit: "Profit",
        drawdown: "Max drawdown",
        fees: "Fees",
        trades: "Entries",
        trades_of(automated, manual): "{automated} automated, {manual} manual",
        win_rate: "Win rate",
        won_of(ended, won): plural {
            one: "{won} of {ended} copied position",
            other: "{won} of {ended} copied positions",
        },
        won_share(share, of): "{share}, {of}",
        keys: "By exchange key",
        strategies: "By strategy",
        name: "Name",
        profit_chart: "Profit over time",
        picture_of(first, last): "Profit over time. From {first} to {last}",
        note: "Amounts are in USD. Profit is the balance change minus net deposits; a key's balance when you connected it counts as a deposit. By strategy: profit of closed copied positions, after fees.",
        all: "All reports",
        menu: "Reports",

        notices: "Activity",
        notices_lead: "Everything that happened on your accounts in the last seven days, newest first.",
        notices_empty: "No activity yet. Orders, closed positions, exchange key problems and new sign-ins appear here.",
        older: "Older",
        newest: "Newest",
        new: "New",
        bell: "Activity",
    }
}

#[cfg(test)]
mod tests {
    use super::reports;
    use crate::words::Lang;

    #[test]
    fn a_reports_page_and_mail_have_the_same_figures() {
        let (page, mail) = (reports(Lang::En), service::following::report::words());
        let same = [
            (page.week_title, mail.week),
            (page.month_title, mail.month),
            (page.start, mail.start),
            (page.end, mail.end),
            (page.net_deposits, mail.net_deposits),
            (page.profit, mail.profit),
            (page.drawdown, mail.drawdown),
            (page.fees, mail.fees),
            (page.trades, mail.trades),
            (page.win_rate, mail.win_rate),
            (page.keys, mail.keys),
            (page.strategies, mail.strategies),
            (page.name, mail.name),
            (page.profit_chart, mail.profit_chart),
            (page.note, mail.note),
        ];
        for (page, mail) in same {
            assert_eq!(page, mail);
        }
        let days = mail.days.replacen("{}", "a", 1).replacen("{}", "b", 1).replacen("{}", "c", 1);
        assert_eq!(page.days("a", "b", "c"), days);
        assert_eq!(page.trades_of("1", "2"), mail.trades_of.replacen("{}", "1", 1).replacen("{}", "2", 1));
        assert_eq!(page.won_of(3, "2"), mail.won_of.replacen("{}", "2", 1).replacen("{}", "3", 1));
    }
}
