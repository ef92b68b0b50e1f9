//! Candle intervals, and zooming and panning by keyboard.

use super::Chart;
use crate::islands::reactive::{dynamic, handler};
use crate::{islands::desk::account::AccountSignals, words::desk::desk};
use domain::Frame;
use leptos::prelude::*;

/// The intervals offered.
const FRAMES: [Frame; 6] = [Frame::M1, Frame::M5, Frame::M15, Frame::H1, Frame::H4, Frame::D1];

/// The row above the chart.
pub(super) fn view(chart: Chart, account: AccountSignals) -> impl IntoView {
    let words = desk(account.lang);
    let (key, symbol) = (account.key(), account.symbol());
    let frames = FRAMES.map(|frame| {
        let href = format!("/trade?key={key}&symbol={symbol}&frame={frame}");
        let current = move || (chart.frame.get() == frame).then_some("true");
        view! {
            <a href=href aria-current=dynamic(current) on:click=handler(move |_event: leptos::ev::MouseEvent| {
                #[cfg(feature = "islands")]
                {
                    _event.prevent_default();
                    chart.switch(frame);
                }
            })>{frame.word()}</a>
        }
    });
    view! {
        <div class="chart-toolbar">
            <nav class="segments" aria-label=words.frames data-testid="frames">{frames.into_iter().collect::<Vec<_>>()}</nav>
            <div class="chart-buttons" role="group" aria-label=words.chart_view>
                <button type="button" class="icon-button" aria-label=words.older on:click=handler(move |_| chart.step(true))>"←"</button>
                <button type="button" class="icon-button" aria-label=words.newer on:click=handler(move |_| chart.step(false))>"→"</button>
                <button type="button" class="icon-button" aria-label=words.zoom_in data-testid="zoom-in" on:click=handler(move |_| chart.zoom(true))>"+"</button>
                <button type="button" class="icon-button" aria-label=words.zoom_out on:click=handler(move |_| chart.zoom(false))>"−"</button>
                <button type="button" class="button" data-kind="quiet" on:click=handler(move |_| chart.latest())>{words.latest}</button>
            </div>
        </div>
    }
}
