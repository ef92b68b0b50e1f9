//! Zooming, panning and pointing.

use super::{Chart, FEWEST, scale::Scale};
use crate::islands::reactive::{Memo, StoredValue};
use leptos::{ev, prelude::*};

/// The pointer's interaction with the chart.
#[derive(Clone, Copy)]
pub(super) struct Gestures {
    chart: Chart,
    scale: Memo<Scale>,
    /// Where a drag began, in tenths of a pixel, and how far back the window was.
    drag: StoredValue<Option<(i64, usize)>>,
}

impl Chart {
    pub(super) fn zoom(self, nearer: bool) {
        // A market may have fewer candles than would fit: zooming starts from what is visible.
        let most = self.total_untracked().max(FEWEST);
        self.shown.update(|n| {
            let seen = (*n).min(most);
            *n = if nearer { (seen * 4 / 5).max(FEWEST) } else { (seen * 5 / 4 + 1).min(most) };
        });
        self.load_older();
    }

    /// Moves the window by a quarter of its width.
    pub(super) fn step(self, older: bool) {
        let by = (self.shown.get_untracked() / 4).max(1);
        let back = self.back.get_untracked();
        self.look_back(if older { back.saturating_add(by) } else { back.saturating_sub(by) });
    }

    /// Moves to the newest candle.
    pub(super) fn latest(self) {
        self.back.set(0);
    }

    fn look_back(self, back: usize) {
        let most = self.total_untracked().saturating_sub(FEWEST);
        self.back.set(back.min(most));
        self.load_older();
    }

    fn total_untracked(self) -> usize {
        untrack(|| self.total())
    }
}

impl Gestures {
    pub(super) fn new(chart: Chart, scale: Memo<Scale>) -> Self {
        Self { chart, scale, drag: StoredValue::new(None) }
    }

    pub(super) fn wheel(self, event: &ev::WheelEvent) {
        event.prevent_default();
        if event.delta_x().abs() > event.delta_y().abs() {
            self.chart.step(event.delta_x() < 0.0);
        } else {
            self.chart.zoom(event.delta_y() < 0.0);
        }
    }

    pub(super) fn down(self, event: &ev::PointerEvent) {
        let Some((x, _)) = self.place(event) else { return };
        self.drag.set_value(Some((x, self.chart.back.get_untracked())));
        if let Some(svg) = drawing() {
            let _ = svg.set_pointer_capture(event.pointer_id());
        }
    }

    pub(super) fn moved(self, event: &ev::PointerEvent) {
        let Some(place) = self.place(event) else { return };
        self.chart.cross.set(Some(place));
        if let Some((from, back)) = self.drag.get_value() {
            let scale = self.scale.get_untracked();
            let slots = (place.0 - from) * scale.slots / scale.right().max(1);
            let back = i64::try_from(back).unwrap_or_default() + slots;
            self.chart.look_back(usize::try_from(back.max(0)).unwrap_or_default());
        }
    }

    pub(super) fn up(self) {
        self.drag.set_value(None);
    }

    pub(super) fn left(self) {
        self.up();
        self.chart.cross.set(None);
    }

    /// The position of an event in the chart, in tenths of a pixel.
    #[allow(clippy::cast_possible_truncation)] // places on a screen
    fn place(self, event: &ev::PointerEvent) -> Option<(i64, i64)> {
        let rect = drawing()?.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - rect.left()) * 10.0;
        let y = (f64::from(event.client_y()) - rect.top()) * 10.0;
        Some((x as i64, y as i64))
    }
}

/// The element of the chart.
#[cfg(feature = "islands")]
fn drawing() -> Option<web_sys::Element> {
    crate::islands::page::find("svg.chart")
}

/// The server has no element.
#[cfg(not(feature = "islands"))]
fn drawing() -> Option<web_sys::Element> {
    None
}

/// Draws at the size that the page gives, now and after every resize.
#[cfg(feature = "islands")]
pub(super) fn measure(chart: Chart) {
    #[allow(clippy::cast_possible_truncation)] // pixels
    let look = move || {
        if let Some(rect) = drawing().map(|svg| svg.get_bounding_client_rect()) {
            let size = (rect.width() as i64, rect.height() as i64);
            if size.0 > 0 && chart.size.get_untracked() != size {
                chart.size.set(size);
                chart.shown.set(usize::try_from(size.0 / 9).unwrap_or(super::SHOWN).clamp(30, 160));
            }
        }
    };
    // From here on the drawing follows the available space, whatever its shape.
    look();
    window_event_listener(ev::resize, move |_| look());
}

#[cfg(feature = "islands")]
mod load {
    use super::{super::Chart, FEWEST};
    use crate::islands::desk::{Bars, post};
    use crate::islands::reactive::PeekValue;
    use domain::Frame;
    use leptos::prelude::*;

    impl Chart {
        /// Loads older candles when the window approaches the oldest one.
        pub(in crate::islands::desk::chart) fn load_older(self) {
            let (first, _) = untrack(|| self.window());
            if first > FEWEST || self.loading.get_untracked() {
                return;
            }
            let before = self.bars.peek_value(|b| b.settled.first().map(|bar| bar.0));
            let Some(before) = before else { return };
            self.loading.set(true);
            let address = format!("{}&before={before}", self.address(self.frame.get_untracked()));
            leptos::task::spawn_local(async move {
                if let Some(mut older) = post::get_json::<Bars>(&address).await {
                    older.settled.push(older.forming);
                    older.settled.retain(|bar| bar.0 < before && bar.0 > 0);
                    self.bars.update_value(|b| drop(b.settled.splice(0..0, older.settled)));
                    self.settled.update(|n| *n += 1);
                }
                self.loading.set(false);
            });
        }

        /// Switches the candle interval without leaving the page.
        pub(in crate::islands::desk::chart) fn switch(self, frame: Frame) {
            self.loading.set(true);
            let address = self.address(frame);
            leptos::task::spawn_local(async move {
                if let Some(bars) = post::get_json::<Bars>(&address).await {
                    self.frame.set(frame);
                    self.back.set(0);
                    self.forming.set(bars.forming);
                    self.bars.set_value(bars);
                    self.settled.update(|n| *n += 1);
                }
                self.loading.set(false);
            });
        }

        fn address(self, frame: Frame) -> String {
            self.market.peek_value(|m| {
                format!("/api/bars?symbol={}&tradeType={}&frame={frame}", m.symbol, m.trade_type)
            })
        }
    }
}

#[cfg(not(feature = "islands"))]
impl Chart {
    /// The server renders only the candles it has.
    pub(super) fn load_older(self) {}
}
