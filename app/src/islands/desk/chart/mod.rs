//! The candle chart: rendered by the server, interactive in the browser.

mod gestures;
mod levels;
mod paths;
mod scale;
mod toolbar;

use super::{Bar, Bars, DeskInit, account::AccountSignals, ticket::Ticket};
use crate::islands::reactive::{Memo, PeekValue, RwSignal, StoredValue, dynamic, handler};
use crate::{
    figures,
    words::{self, Lang, desk::desk},
};
use domain::money::Arithmetic as _;
use domain::{Decimal, Frame, Market, Micros};
use leptos::prelude::*;
use scale::{AXIS, PAD, Scale};
use std::fmt::Write as _;

/// The initial number of visible candles, and the limits of zooming.
const SHOWN: usize = 90;
const FEWEST: usize = 15;

#[derive(Clone, Copy)]
pub(super) struct Chart {
    bars: StoredValue<Bars>,
    /// Counts closed and loaded candles: the drawing of closed candles depends on it, not on every tick.
    settled: RwSignal<u32>,
    forming: RwSignal<Bar>,
    frame: RwSignal<Frame>,
    /// The number of visible candles, and how many of the newest are beyond the right edge.
    shown: RwSignal<usize>,
    back: RwSignal<usize>,
    /// In pixels.
    size: RwSignal<(i64, i64)>,
    /// The pointer's position, in tenths of a pixel.
    cross: RwSignal<Option<(i64, i64)>>,
    market: StoredValue<Market>,
    /// The language of the page, for the parts that are rendered again later.
    lang: Lang,
    #[cfg(feature = "islands")]
    loading: RwSignal<bool>,
}

impl Chart {
    pub(super) fn new(init: &DeskInit) -> Self {
        Self {
            forming: RwSignal::new(init.bars.forming),
            bars: StoredValue::new(init.bars.clone()),
            settled: RwSignal::new(0),
            frame: RwSignal::new(init.frame),
            shown: RwSignal::new(SHOWN),
            back: RwSignal::new(0),
            size: RwSignal::new((960, 420)),
            cross: RwSignal::new(None),
            market: StoredValue::new(init.market.clone()),
            lang: words::lang(),
            #[cfg(feature = "islands")]
            loading: RwSignal::new(false),
        }
    }

    /// Applies an update of the current minute's candle.
    #[cfg(feature = "islands")]
    pub(super) fn minute(self, minute: Bar) {
        let frame = self.frame.get_untracked();
        let settled = self.bars.update_value(|b| b.minute(minute, frame));
        self.bars.peek_value(|b| self.forming.set(b.forming));
        if settled {
            // If past candles are shown, the same ones stay in view.
            if self.back.get_untracked() > 0 {
                self.back.update(|b| *b += 1);
            }
            self.settled.update(|n| *n += 1);
        }
    }

    fn total(self) -> usize {
        self.settled.track();
        self.bars.peek_value(|b| b.settled.len() + 1)
    }

    /// The first visible candle and one past the last.
    fn window(self) -> (usize, usize) {
        let total = self.total();
        let end = total - self.back.get().min(total.saturating_sub(1));
        (end.saturating_sub(self.shown.get()), end)
    }

    /// The visible candles with their slots; the forming one only on request.
    fn visible(self, forming: bool) -> Vec<(i64, Bar)> {
        let (first, end) = self.window();
        let (total, last) = (self.total(), self.forming);
        self.bars.peek_value(|b| {
            let settled = b.settled.iter().copied().enumerate().take(end.min(total - 1)).skip(first);
            let mut all: Vec<_> = settled.map(|(i, bar)| (slot(i - first), bar)).collect();
            if forming && end == total {
                all.push((slot(end - 1 - first), last.get()));
            }
            all
        })
    }

    fn price_text(self, ticks: i64) -> String {
        self.market.peek_value(|m| {
            figures::grouped(&Decimal::from(ticks).times(m.tick).unwrap_or_default().to_string())
        })
    }

    fn time_text(self, seconds: i64) -> String {
        let iso = Micros::from_millis(seconds * 1_000).to_string();
        let midnight = self.frame.get() == Frame::D1 || seconds % 86_400 == 0;
        let range = if midnight { 5..10 } else { 11..16 };
        iso.get(range).unwrap_or_default().to_owned()
    }

    /// The times and prices of the candle under the pointer, or of the forming one, as text.
    fn legend(self) -> String {
        let words = desk(self.lang);
        let scale = self.cross.get().map(|(x, _)| x);
        let bars = self.visible(true);
        let at = scale.and_then(|x| {
            let slot = self.scale_untracked().slot_at(x);
            bars.iter().find(|(s, _)| *s == slot).copied()
        });
        let Some((_, bar)) = at.or_else(|| bars.last().copied()) else { return String::new() };
        let volume = self.market.peek_value(|m| {
            figures::grouped(&Decimal::from(bar.5).times(m.lot).unwrap_or_default().to_string())
        });
        let [open, high, low, close] = [bar.1, bar.2, bar.3, bar.4].map(|p| self.price_text(p));
        let iso = Micros::from_millis(bar.0 * 1_000).to_string();
        let time = iso.get(..16).unwrap_or_default().replace('T', " ");
        words.legend(&time, &open, &high, &low, &close, &volume)
    }

    fn scale_untracked(self) -> Scale {
        untrack(|| self.scale())
    }

    fn scale(self) -> Scale {
        let (first, end) = self.window();
        let slots = end - first + if end == self.total() { PAD } else { 0 };
        Scale::new(self.size.get(), slots, self.visible(true).into_iter().map(|(_, bar)| bar))
    }
}

fn slot(index: usize) -> i64 {
    i64::try_from(index).unwrap_or_default()
}

/// The chart with its toolbar.
pub(super) fn view(chart: Chart, account: AccountSignals, ticket: Ticket) -> impl IntoView {
    let words = desk(chart.lang);
    let scale = Memo::new(move |_| chart.scale());
    #[cfg(feature = "islands")]
    crate::islands::reactive::effect(move || gestures::measure(chart));
    let settled = move |rising: bool| {
        Memo::new(move |_| paths::candles(&scale.get(), chart.visible(false).into_iter(), rising))
    };
    let (up, down) = (settled(true), settled(false));
    let forming = move || {
        let (mut path, (first, end)) = (String::new(), chart.window());
        if end == chart.total() {
            paths::candle(&mut path, &scale.get(), slot(end - 1 - first), chart.forming.get());
        }
        path
    };
    let forming_way = move || if chart.forming.get().rises() { "candles up" } else { "candles down" };
    let volume = move || paths::volumes(&scale.get(), chart.visible(true).into_iter());
    let gestures = gestures::Gestures::new(chart, scale);
    view! {
        {toolbar::view(chart, account)}
        <p class="chart-legend" data-testid="legend" dir="ltr">{dynamic(move || chart.legend())}</p>
        <svg class="chart" role="img" aria-label=words.chart dir="ltr" data-testid="chart"
            viewBox=dynamic(move || { let s = scale.get(); format!("0 0 {} {}", s.width, s.height) })
            on:wheel=handler(move |e| gestures.wheel(&e))
            on:pointerdown=handler(move |e| gestures.down(&e))
            on:pointermove=handler(move |e| gestures.moved(&e))
            on:pointerup=handler(move |_| gestures.up())
            on:pointerleave=handler(move |_| gestures.left())>
            <path class="grid" d=dynamic(move || paths::grid(&scale.get()))/>
            <path class="volume" d=dynamic(volume)/>
            <path class="candles up" d=dynamic(move || up.get())/>
            <path class="candles down" d=dynamic(move || down.get())/>
            <path class=dynamic(forming_way) data-testid="forming" d=dynamic(forming)/>
            <g inner_html=dynamic(move || axes(chart, &scale.get()))></g>
            <g inner_html=dynamic(move || levels::drawing(chart, account, ticket, &scale.get()))></g>
            <g inner_html=dynamic(move || crosshair(chart, &scale.get()).unwrap_or_default())></g>
        </svg>
    }
}

/// The labels of the axes, as SVG: views of a drawing that changes as a whole would be a multiple of this code.
fn axes(chart: Chart, scale: &Scale) -> String {
    let (mut drawing, x) = (String::new(), scale.right() + 60);
    for price in scale.grid() {
        let (y, text) = (scale.y(price) + 40, chart.price_text(price));
        let _ = write!(drawing, "<text class=\"axis\" x=\"{x}\" y=\"{y}\">{text}</text>");
    }
    let (every, y) = (scale.every() * chart.frame.get().micros() / domain::time::SECOND, scale.height - 70);
    for (slot, bar) in chart.visible(true).into_iter().filter(|(_, bar)| bar.0 % every == 0) {
        let (x, text) = (scale.x(slot), chart.time_text(bar.0));
        let _ = write!(drawing, "<text class=\"axis middle\" x=\"{x}\" y=\"{y}\">{text}</text>");
    }
    drawing
}

/// The lines through the pointer and the price at it, as SVG.
fn crosshair(chart: Chart, scale: &Scale) -> Option<String> {
    let (x, y) = chart.cross.get()?;
    let (right, bottom) = (scale.right(), scale.bottom());
    if x > right || y > bottom {
        return None;
    }
    let x = scale.x(scale.slot_at(x));
    let lines = format!("<path d=\"M{x} 0V{bottom}M0 {y}H{right}\"/>");
    let price = price_label(scale, y, 0, &chart.price_text(scale.price_at(y)));
    Some(format!("<g class=\"crosshair\">{lines}{price}</g>"))
}

/// A price beside the axis, as SVG: a box with rounded corners, and the text in it.
fn price_label(scale: &Scale, y: i64, radius: i64, price: &str) -> String {
    let (x, top) = (scale.right(), y - 90);
    let (text_x, text_y) = (x + 60, y + 40);
    format!(
        "<rect x=\"{x}\" y=\"{top}\" width=\"{AXIS}\" height=\"180\" rx=\"{radius}\"/>\
         <text class=\"axis\" x=\"{text_x}\" y=\"{text_y}\">{price}</text>"
    )
}
