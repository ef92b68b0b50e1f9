//! A report as a mail: plain text, and HTML that mail programs show. Its picture is a row of table cells: an image would be
//! blocked by half of them, and would need a renderer of megabytes.

use super::words::{fill, words};
use crate::{Desk, mail::Letter};
use domain::{
    Decimal, ReportId,
    report::{Period, Report, Worth},
};
use std::fmt::Write as _;

/// Bars of the picture, and the height of the greatest in pixels.
const BARS: usize = 28;
const TALL: i64 = 96;

/// The message.
pub(super) fn letter(desk: &Desk, id: ReportId, report: &Report) -> Letter {
    let base = &desk.settings.public_url;
    let address = format!("{base}/reports/{id}");
    let settings = format!("{base}/reports#settings");
    Letter {
        subject: format!("{}: {}", title(report), profit(&report.total)),
        body: text(report, &address, &settings),
    }
}

/// The HTML of the message, for a browser.
#[must_use]
pub fn page(desk: &Desk, report: &Report, id: Option<ReportId>) -> String {
    let base = &desk.settings.public_url;
    let address = id.map_or_else(|| format!("{base}/reports/so-far"), |id| format!("{base}/reports/{id}"));
    html(report, &address, &format!("{base}/reports#settings"))
}

fn title(report: &Report) -> &'static str {
    match report.period {
        Period::Week => words().week,
        Period::Month => words().month,
    }
}

fn days(report: &Report) -> String {
    fill(words().days, &[&report.first_day, &report.last_day, &report.zone])
}

/// To the cent, grouped by threes.
fn money(value: Decimal) -> String {
    let text = format!("{:.2}", value.round_dp(2).abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if value.round_dp(2) < Decimal::ZERO { "−" } else { "" };
    format!("{sign}{grouped}.{cents}")
}

fn signed(value: Decimal) -> String {
    let text = money(value);
    if value.round_dp(2) > Decimal::ZERO { format!("+{text}") } else { text }
}

/// `+12.50 USD (+1.25%)`.
fn profit(worth: &Worth) -> String {
    let share = worth.percent().map(|percent| format!(" ({}%)", signed(percent))).unwrap_or_default();
    format!("{} USD{share}", signed(worth.profit()))
}

/// The figures in their order: what is called how, and how it is.
fn lines(report: &Report) -> Vec<(&'static str, String)> {
    let (words, trades) = (words(), &report.trades);
    let mut lines = vec![
        (words.start, money(report.total.start)),
        (words.end, money(report.total.end)),
        (words.brought, signed(report.total.brought)),
        (words.profit, profit(&report.total)),
        (words.drawdown, format!("{} ({}%)", money(-report.drawdown.usd), money(-report.drawdown.percent))),
        (words.fees, money(report.fees)),
        (words.trades, fill(words.trades_of, &[&trades.copied.to_string(), &trades.by_hand.to_string()])),
    ];
    if let Some(rate) = trades.win_rate() {
        let of = fill(words.won_of, &[&trades.won.to_string(), &trades.ended.to_string()]);
        lines.push((words.win_rate, format!("{:.1}%, {of}", (rate * Decimal::ONE_HUNDRED).round_dp(1))));
    }
    lines
}

/// Accounts and strategies: a title, and a name and a profit for each.
fn parts(report: &Report) -> Vec<(&'static str, Vec<(String, Decimal)>)> {
    let keys = report.keys.iter().map(|key| (clean(&key.name), key.worth.profit())).collect();
    let strategies = report.strategies.iter().map(|part| (clean(&part.name), part.profit)).collect();
    let all: [(_, Vec<_>); 2] = [(words().keys, keys), (words().strategies, strategies)];
    all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

/// A name as it was typed, without what could turn the text around it.
fn clean(name: &str) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().filter(|c| !c.is_control() && !turns(*c)).collect()
}

fn text(report: &Report, address: &str, settings: &str) -> String {
    let mut out = format!("{}\n{}\n\n", title(report), days(report));
    for (name, value) in lines(report) {
        let _ = writeln!(out, "{name}: {value}");
    }
    for (title, rows) in parts(report) {
        let _ = write!(out, "\n{title}\n");
        for (name, profit) in rows {
            let _ = writeln!(out, "  {name}: {}", signed(profit));
        }
    }
    let words = words();
    let _ = write!(out, "\n{}\n\n{}: {address}\n\n{}\n{settings}\n", words.note, words.open, words.why);
    out
}

/// Of all that is not ours: names.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Mail programs keep inline styles at best; those that know dark windows know this sheet, too.
const STYLE: &str = "body{margin:0;background:#f4f6f8;color:#12181f}\
    .card{background:#ffffff;border:1px solid #d6dde4}.dim{color:#55616e}.gain{color:#0a7a4b}.loss{color:#b3261e}\
    .bar{background:#2f6fed}.rule{border-top:1px solid #d6dde4}.open{background:#2459c4;color:#ffffff}\
    @media (prefers-color-scheme:dark){body{background:#0e1318;color:#e8edf2}\
    .card{background:#171d24;border-color:#2b343e}.dim{color:#9aa7b4}.gain{color:#4fd69c}.loss{color:#ff8a80}\
    .bar{background:#6b9bff}.rule{border-color:#2b343e}.open{background:#9dbbff;color:#0e1318}}";

fn html(report: &Report, address: &str, settings: &str) -> String {
    let words = words();
    let mut figures = String::new();
    for (name, value) in lines(report) {
        let tone = if name == words.profit { tone(report.total.profit()) } else { "" };
        row(&mut figures, name, &value, tone);
    }
    let mut sections = String::new();
    for (title, rows) in parts(report) {
        let mut body = String::new();
        rows.iter().for_each(|(name, value)| row(&mut body, name, &signed(*value), tone(*value)));
        let _ =
            write!(sections, "<h2 style=\"font-size:16px;margin:24px 0 4px\">{title}</h2>{}", table(&body));
    }
    let (title, days) = (title(report), escaped(&days(report)));
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <style>{STYLE}</style></head>\
         <body style=\"font:15px/1.45 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif\">\
         <div style=\"max-width:600px;margin:0 auto;padding:16px\"><main class=\"card\" style=\"padding:24px;border-radius:8px\">\
         <h1 style=\"font-size:22px;margin:0\">{title}</h1><p class=\"dim\" style=\"margin:4px 0 16px\">{days}</p>\
         {picture}{figures}{sections}\
         <p class=\"dim\" style=\"font-size:13px\">{note}</p>\
         <p><a class=\"open\" style=\"display:inline-block;padding:10px 16px;border-radius:6px;text-decoration:none\" href=\"{address}\">{open}</a></p>\
         </main><p class=\"dim\" style=\"font-size:13px;padding:0 24px\">{why} <a class=\"dim\" href=\"{settings}\">{settings}</a></p>\
         </div></body></html>",
        picture = picture(report),
        figures = table(&figures),
        note = words.note,
        open = words.open,
        why = words.why,
        address = escaped(address),
        settings = escaped(settings),
    )
}

fn table(rows: &str) -> String {
    format!("<table style=\"width:100%;border-collapse:collapse\">{rows}</table>")
}

fn row(out: &mut String, name: &str, value: &str, tone: &str) {
    let _ = write!(
        out,
        "<tr class=\"rule\"><th scope=\"row\" style=\"padding:8px 8px 8px 0;text-align:start;font-weight:400\"><bdi>{}</bdi></th>\
         <td class=\"{tone}\" style=\"padding:8px 0;text-align:end;white-space:nowrap\">{}</td></tr>",
        escaped(name),
        escaped(value)
    );
}

fn tone(value: Decimal) -> &'static str {
    if value > Decimal::ZERO {
        "gain"
    } else if value < Decimal::ZERO {
        "loss"
    } else {
        ""
    }
}

/// The balance over time as bars. The lowest is not nothing: it is the least that there was, or small changes would not be
/// seen.
fn picture(report: &Report) -> String {
    let heights = heights(report);
    let (Some((_, first)), Some((_, last))) = (report.line.first(), report.line.last()) else {
        return String::new();
    };
    if heights.len() < 2 {
        return String::new();
    }
    let words = words();
    let says = format!("{}. {}", words.picture, fill(words.picture_says, &[&money(*first), &money(*last)]));
    let mut cells = String::new();
    for height in heights {
        let _ = write!(
            cells,
            "<td style=\"height:{TALL}px;padding:0 1px;vertical-align:bottom\"><div class=\"bar\" style=\"height:{height}px;font-size:0\"></div></td>"
        );
    }
    format!(
        "<div role=\"img\" aria-label=\"{says}\"><table role=\"presentation\" style=\"width:100%;border-collapse:collapse;table-layout:fixed\"><tr>{cells}</tr></table></div>\
         <p class=\"dim\" style=\"font-size:13px;margin:4px 0 16px\">{says}</p>"
    )
}

/// The bars' heights in pixels: the last known worth of each stretch of the line.
fn heights(report: &Report) -> Vec<i64> {
    let (Some(first), Some(last)) = (report.line.first(), report.line.last()) else { return Vec::new() };
    let span = i128::from(last.0.since(first.0).max(1));
    let (mut bars, mut known) = (Vec::with_capacity(BARS), first.1);
    let mut points = report.line.iter().peekable();
    for bar in 1..=BARS {
        let until = i128::try_from(bar).unwrap_or(1) * span / i128::try_from(BARS).unwrap_or(1);
        while let Some((_, worth)) = points.next_if(|(at, _)| i128::from(at.since(first.0)) <= until) {
            known = *worth;
        }
        bars.push(known);
    }
    let (low, high) = (bars.iter().min().copied(), bars.iter().max().copied());
    let (low, high) = (low.unwrap_or_default(), high.unwrap_or_default());
    let room = Decimal::from(TALL - 8);
    let scaled = |worth: &Decimal| {
        // A line without a change stands in the middle.
        let share = (*worth - low).checked_div(high - low).unwrap_or(Decimal::new(5, 1));
        8 + i64::try_from((share * room).round()).unwrap_or(0)
    };
    bars.iter().map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_mail_tells_all_figures_in_words_and_in_html() {
        let report = sample();
        let text = text(&report, "https://desk.example/reports/1", "https://desk.example/reports#settings");
        for line in [
            "Your week",
            "2026-03-02 to 2026-03-08 (Asia/Riyadh)",
            "Balance at the start: 10,000.00",
            "Balance at the end: 11,234.56",
            "Deposits less withdrawals: +1,000.00",
            "Profit: +234.56 USD (+2.13%)",
            "Greatest drawdown: −120.00 (−1.20%)",
            "Fees: 3.21",
            "Entries: 4 by strategies, 2 by hand",
            "Win rate: 66.7%, 2 of 3 copied positions",
            "  EMA cross: −5.00",
            "Open the report: https://desk.example/reports/1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        let html = html(&report, "https://desk.example/reports/1", "https://desk.example/reports#settings");
        for part in [
            "+234.56 USD (+2.13%)",
            "class=\"loss\"",
            "prefers-color-scheme:dark",
            "href=\"https://desk.example/reports/1\"",
        ] {
            assert!(html.contains(part), "{part} is not in\n{html}");
        }
        assert_eq!(html.matches("class=\"bar\"").count(), BARS);
        for never in ["<img", "<script", "url(", "http://"] {
            assert!(!html.contains(never), "{never}: nothing is loaded from anywhere");
        }
    }

    #[test]
    fn a_name_is_only_a_name() {
        let mut report = sample();
        report.keys[0].name = "<b onmouseover='x'>\u{202e}evil\u{2066}\n".into();
        let html = html(&report, "a", "b");
        assert!(html.contains("&lt;b onmouseover=&#39;x&#39;&gt;evil"), "{html}");
        let text = text(&report, "a", "b");
        assert!(text.contains("  <b onmouseover='x'>evil: "), "{text}");
    }

    #[test]
    fn bars_stand_between_the_least_and_the_most() {
        let report = sample();
        let bars = heights(&report);
        assert_eq!((bars.len(), bars.iter().min(), bars.iter().max()), (BARS, Some(&8), Some(&TALL)));
        let mut flat = report.clone();
        flat.line.iter_mut().for_each(|point| point.1 = Decimal::TEN);
        assert!(heights(&flat).iter().all(|height| *height == 8 + (TALL - 8) / 2));
        flat.line.clear();
        assert_eq!((heights(&flat).len(), picture(&flat)), (0, String::new()));
    }
}
