//! A report as a mail: plain text, and HTML for mail programs. The chart is a row of table cells: an image
//! would be blocked by half of the programs, and would need a rendering library of megabytes.

use super::words::{Words, words};
use crate::{
    following::Following,
    messaging::notify::{Content, Frame, escape, framed, shown},
};
use domain::{
    Decimal, ReportId, dec,
    figures::{cents, share, signed_cents, signed_percent},
    notification::Topic,
    report::{Period, Report, Worth},
};
use language::Lang;
use std::fmt::Write as _;

/// Number of bars in the chart, and the maximum height in pixels.
const BARS: usize = 28;
const TALL: i64 = 96;

/// The notification topic of a report.
pub(super) const fn topic(period: Period) -> Topic {
    match period {
        Period::Week => Topic::WeeklyReport,
        Period::Month => Topic::MonthlyReport,
    }
}

/// The message of a report.
pub(super) fn content(desk: &Following, lang: Lang, id: ReportId, report: &Report) -> Content {
    let (words, address) = (words(lang), format!("{}/reports/{id}", desk.settings.public_url));
    Content {
        subject: subject(words, report),
        body: text(words, report, &address),
        html: Some(html(words, report, &address)),
        topic: Some(topic(report.period)),
        secret: false,
        alarm: false,
    }
}

/// The message as a page in the browser.
pub(super) fn page(desk: &Following, lang: Lang, report: &Report, id: Option<ReportId>) -> String {
    let (words, place) = (words(lang), id.map_or_else(|| "so-far".to_owned(), |id| id.to_string()));
    let body = html(words, report, &format!("{}/reports/{place}", desk.settings.public_url));
    framed(&Frame { lang, title: &subject(words, report), body: &body, footer: "" })
}

fn subject(words: &Words, report: &Report) -> String {
    let profit = profit(words, &report.total);
    match report.period {
        Period::Week => words.subject_week(&profit),
        Period::Month => words.subject_month(&profit),
    }
}

const fn title(words: &Words, report: &Report) -> &'static str {
    match report.period {
        Period::Week => words.week,
        Period::Month => words.month,
    }
}

fn days(words: &Words, report: &Report) -> String {
    words.days(&report.first_day, &report.last_day, &report.zone)
}

/// `+12.50 USD (+1.25%)`.
fn profit(words: &Words, worth: &Worth) -> String {
    let amount = signed_cents(worth.profit());
    match worth.percent() {
        Some(share) => words.usd_with_share(&amount, &signed_percent(share)),
        None => words.usd(&amount),
    }
}

/// The figures in order: label and value.
fn lines(words: &Words, report: &Report) -> Vec<(&'static str, String)> {
    let (fall, trades) = (&report.drawdown, &report.trades);
    let mut lines = vec![
        (words.start, cents(report.total.start)),
        (words.end, cents(report.total.end)),
        (words.net_deposits, signed_cents(report.total.brought)),
        (words.profit, profit(words, &report.total)),
        (words.drawdown, words.with_share(&cents(-fall.usd), &signed_percent(-fall.percent))),
        (words.fees, cents(report.fees)),
        (words.trades, words.trades_of(&trades.copied.to_string(), &trades.manual.to_string())),
    ];
    if let Some(rate) = trades.win_rate() {
        let ended = usize::try_from(trades.ended).unwrap_or_default();
        let of = words.won_of(ended, &trades.won.to_string());
        lines.push((words.win_rate, words.won_share(&share(rate), &of)));
    }
    lines
}

/// Accounts and strategies: a title, and name and profit of each row.
fn parts(words: &Words, report: &Report) -> Vec<(&'static str, Vec<(String, Decimal)>)> {
    let keys = report.keys.iter().map(|key| (shown(&key.name), key.worth.profit())).collect();
    let strategies = report.strategies.iter().map(|part| (shown(&part.name), part.profit)).collect();
    let all: [(_, Vec<_>); 2] = [(words.keys, keys), (words.strategies, strategies)];
    all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

fn text(words: &Words, report: &Report, address: &str) -> String {
    let mut out = format!("{}\n{}\n\n", title(words, report), days(words, report));
    for (name, value) in lines(words, report) {
        let _ = writeln!(out, "{}", words.line(name, &value));
    }
    for (title, rows) in parts(words, report) {
        let _ = write!(out, "\n{title}\n");
        for (name, profit) in rows {
            let _ = writeln!(out, "  {}", words.line(&name, &signed_cents(profit)));
        }
    }
    let _ = write!(out, "\n{}\n\n{}\n", words.note, words.open_at(address));
    out
}

/// The body of the mail, without the frame common to all mails. Mail programs keep inline styles only;
/// elements without their own colour are readable in light and dark mode.
fn html(words: &Words, report: &Report, address: &str) -> String {
    let mut sections = String::new();
    for (title, rows) in parts(words, report) {
        let rows = rows.iter().map(|(name, profit)| (name.as_str(), signed_cents(*profit)));
        let _ =
            write!(sections, "<h2 style=\"font-size:17px;margin:20px 0 4px\">{title}</h2>{}", table(rows));
    }
    format!(
        "<p>{days}</p>{picture}{figures}{sections}<p style=\"font-size:14px\">{note}</p><p><a href=\"{address}\">{open}</a></p>",
        days = escape(&days(words, report)),
        picture = picture(words, report),
        figures = table(lines(words, report).iter().map(|(name, value)| (*name, value.clone()))),
        note = words.note,
        open = words.open,
        address = escape(address),
    )
}

fn table<'a>(rows: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut out = "<table style=\"width:100%\">".to_owned();
    for (name, value) in rows {
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td style=\"text-align:end\">{}</td></tr>",
            escape(name),
            escape(&value)
        );
    }
    out + "</table>"
}

/// The profit over time as bars. The axis starts at the minimum, not at zero, or small changes would not be
/// visible.
fn picture(words: &Words, report: &Report) -> String {
    let heights = heights(report);
    let (Some((_, first)), Some((_, last))) = (report.won.first(), report.won.last()) else {
        return String::new();
    };
    if heights.len() < 2 {
        return String::new();
    }
    let says = escape(&words.picture_of(&signed_cents(*first), &signed_cents(*last)));
    let mut cells = String::new();
    for height in heights {
        let _ = write!(
            cells,
            "<td style=\"height:{TALL}px;padding:0 1px;vertical-align:bottom\"><div style=\"height:{height}px;background:#4c7df0;font-size:0\"></div></td>"
        );
    }
    format!(
        "<div role=\"img\" aria-label=\"{says}\"><table role=\"presentation\" style=\"width:100%;border-collapse:collapse;table-layout:fixed\"><tr>{cells}</tr></table></div>\
         <p style=\"font-size:14px;margin:4px 0 16px\">{says}</p>"
    )
}

/// The bars' heights in pixels: the last known profit of each interval.
fn heights(report: &Report) -> Vec<i64> {
    let (Some(first), Some(last)) = (report.won.first(), report.won.last()) else { return Vec::new() };
    let span = i128::from(last.0.since(first.0).max(1));
    let (mut bars, mut known) = (Vec::with_capacity(BARS), first.1);
    let mut points = report.won.iter().peekable();
    for bar in 1..=BARS {
        let until = i128::try_from(bar).unwrap_or(1) * span / i128::try_from(BARS).unwrap_or(1);
        while let Some((_, won)) = points.next_if(|(at, _)| i128::from(at.since(first.0)) <= until) {
            known = *won;
        }
        bars.push(known);
    }
    let (low, high) = (bars.iter().min().copied(), bars.iter().max().copied());
    let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
    let room = Decimal::from(TALL - 8);
    let scaled = |won: &Decimal| {
        // A constant line is drawn in the middle.
        let share = (*won - low).checked_div(high - low).unwrap_or(dec!(0.5));
        8 + i64::try_from((share * room).round()).unwrap_or(0)
    };
    bars.iter().map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::following::report::sample;

    #[test]
    fn a_mail_contains_all_figures_as_text_and_html() {
        let (words, report) = (words(Lang::En), sample());
        let text = text(words, &report, "https://desk.example/reports/1");
        for line in [
            "Weekly report",
            "2026-03-02 to 2026-03-08 (Asia/Riyadh)",
            "Starting balance: 10,000.00",
            "Ending balance: 11,234.56",
            "Net deposits: +1,000.00",
            "Profit: +234.56 USD (+2.13%)",
            "Max drawdown: −120.00 (−1.20%)",
            "Fees: 3.21",
            "Entries: 4 automated, 2 manual",
            "Win rate: 66.7%, 2 of 3 copied positions",
            "  EMA cross: −5.00",
            "View report: https://desk.example/reports/1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        let html = html(words, &report, "https://desk.example/reports/1");
        for part in [
            "+234.56 USD (+2.13%)",
            "EMA cross</bdi></th><td style=\"text-align:end\">−5.00",
            "Profit over time. From 0.00 to +234.56",
            "href=\"https://desk.example/reports/1\"",
        ] {
            assert!(html.contains(part), "{part} is not in\n{html}");
        }
        assert_eq!(html.matches("background:#4c7df0").count(), BARS);
        for never in ["<img", "<script", "url(", "http://"] {
            assert!(!html.contains(never), "{never}: nothing is loaded from anywhere");
        }
    }

    #[test]
    fn every_line_of_a_mail_comes_from_the_table() {
        let (words, report) = (words(Lang::Pseudo), sample());
        let text = text(words, &report, "https://desk.example/reports/1");
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            assert!(line.starts_with('⟦') && line.ends_with('⟧'), "{line}");
        }
        assert!(subject(words, &report).starts_with('⟦'));
    }

    #[test]
    fn a_name_is_only_a_name() {
        let (words, mut report) = (words(Lang::En), sample());
        report.keys[0].name = "<b onmouseover='x'>\u{202e}evil\u{2066}".into();
        let html = html(words, &report, "a");
        assert!(html.contains("&lt;b onmouseover=&#39;x&#39;&gt;evil"), "{html}");
        let text = text(words, &report, "a");
        assert!(text.contains("  <b onmouseover='x'>evil: "), "{text}");
    }

    #[test]
    fn bars_are_scaled_between_minimum_and_maximum() {
        let report = sample();
        let bars = heights(&report);
        assert_eq!((bars.len(), bars.iter().min(), bars.iter().max()), (BARS, Some(&8), Some(&TALL)));
        let mut flat = report.clone();
        flat.won.iter_mut().for_each(|point| point.1 = Decimal::TEN);
        assert!(heights(&flat).iter().all(|height| *height == 8 + (TALL - 8) / 2));
        flat.won.clear();
        assert_eq!((heights(&flat).len(), picture(words(Lang::En), &flat)), (0, String::new()));
    }
}
