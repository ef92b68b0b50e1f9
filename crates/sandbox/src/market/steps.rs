//! Volumes on a step: every public trade is on the step size of its market.

use super::{Pair, Tape, minutes::Minutes, price_path::floor_volume, window::windows};
use domain::Decimal;

impl Minutes {
    /// Rounds the kept candles of an older release to the step of their pair, with at least a step for each trade.
    fn step_volumes(&mut self, pair: Pair) {
        let step = pair.volume_step();
        for row in &mut self.rows {
            let least = i64::from(row.trades).saturating_mul(step);
            let volume = floor_volume(row.volume, step).max(least);
            let share = Decimal::from(volume).checked_div(Decimal::from(row.volume)).unwrap_or_default();
            row.turnover = (row.turnover * share).round();
            row.bought = floor_volume(row.bought, step);
            row.volume = volume;
        }
        // They are sums over the candles, which are computed again as the candles go on.
        self.windows = windows();
    }
}

impl Tape {
    /// Keeps all volumes on the steps of their markets from now on.
    pub(crate) fn step_volumes(&mut self) {
        for (pair, (feed, minutes)) in Pair::ALL.into_iter().zip(self.feeds.iter_mut().zip(&mut self.minutes))
        {
            feed.step_volumes();
            minutes.step_volumes(pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{DEFAULT_START, Interval, Kline, MarketId, Tick};
    use domain::{Micros, money, time};

    const AT: Micros = Micros(1_795_255_200 * time::SECOND);

    fn play(tape: &mut Tape, minutes: i64) {
        for number in 0..minutes {
            let at = AT.plus(number * time::MINUTE);
            while tape.due(Tick::wall(at.plus(time::MINUTE - 1))) > 0 {
                tape.play(at);
            }
        }
    }

    fn candles(tape: &Tape, market: MarketId) -> Vec<Kline> {
        let from = Some(AT.plus(-30 * time::MINUTE));
        tape.klines(market, Interval::ALL[1], (from, None), 500)
    }

    #[test]
    fn an_exchange_of_an_older_release_goes_on_with_volumes_on_the_step() {
        let text = serde_json::to_string(&Tape::new(6, AT, DEFAULT_START)).unwrap();
        assert!(text.contains(r#""stepped":true"#));
        let mut tape: Tape =
            serde_json::from_str(&text.replace(r#""stepped":true"#, r#""stepped":false"#)).unwrap();
        play(&mut tape, 4);
        let spot = MarketId::spot(Pair::BtcUsdt);
        let free = |k: &Kline| !money::on_step(k.volume, Decimal::new(1, 3));
        assert!(candles(&tape, spot).iter().any(free), "volumes are free, as an older release played them");
        tape.step_volumes();
        for market in MarketId::all() {
            let minutes = candles(&tape, market);
            assert_eq!(minutes.len(), 34);
            for candle in minutes {
                let minute = candle.start.0 / time::MINUTE;
                let (_, trades) = tape.trades_from(market.pair, minute).unwrap();
                let amounts =
                    trades.iter().map(|trade| Decimal::new(trade.beat.volume, market.pair.volume_scale()));
                let amounts: Vec<_> = amounts.collect();
                assert_eq!(trades.len() as u64, candle.trades);
                assert_eq!(amounts.iter().sum::<Decimal>(), candle.volume, "{market:?}");
                assert!(
                    amounts.iter().all(|amount| money::on_step(*amount, market.rules().lot)),
                    "{market:?}"
                );
                assert!(
                    money::on_step(candle.taker_base, market.rules().lot)
                        && candle.taker_base <= candle.volume
                );
            }
        }
    }
}
