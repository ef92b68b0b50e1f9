//! Texts of the pages about reports and notices. Those of a report are those of its mail
//! (`service::following::report::words`).

use super::table;

table! {
    /// Reports and notices.
    Reports, reports {
        title: "Reports",
        lead: "Your weekly and monthly performance, in your time zone. Each report stays here and is sent to you by e-mail once.",
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
        all: "All reports",
        menu: "Reports",

        notices: "Activity",
        notices_lead: "Everything that happened on your accounts in the last seven days, newest first. Times are in UTC.",
        target_refused(symbol, reason): "{symbol}: the exchange rejected a take profit: {reason}",
        notices_empty: "No activity yet. Orders, closed positions, exchange key problems and new sign-ins appear here.",
        older: "Older",
        newest: "Newest",
        new: "New",
        bell: "Activity",
    }
}
