//! The first-day limits of exchange keys that are connected in live mode.

use super::check::Check;
use domain::{Decimal, money};
use service::platform::settings::FIRST_DAY_CAP_USD;

/// Reads the highest value of one order in USD; `None` if new keys get no limits.
pub(super) fn cap(check: &mut Check) -> Option<Decimal> {
    const NAME: &str = "SLIPSTREAM_FIRST_DAY_CAP";
    let Some(text) = check.text(NAME) else { return Some(FIRST_DAY_CAP_USD) };
    if text == "off" {
        return None;
    }
    let cap = money::parse(&text).ok().filter(|cap| *cap > Decimal::ZERO);
    if cap.is_none() {
        check.fail(NAME, "an amount in USD above 0, or off");
    }
    cap
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use domain::{Decimal, dec};

    fn read(value: &str) -> Result<Option<Decimal>, usize> {
        let vars = [("SLIPSTREAM_FIRST_DAY_CAP".to_owned(), value.to_owned())];
        let config = Config::read(vars).map_err(|problems| problems.0.len())?;
        Ok(config.settings.first_day_cap_usd)
    }

    #[test]
    fn the_cap_is_an_amount_or_off() {
        assert_eq!(read(""), Ok(Some(dec!(100))));
        assert_eq!(read("250.5"), Ok(Some(dec!(250.5))));
        assert_eq!(read("off"), Ok(None));
        for bad in ["0", "-1", "none", "1e3x"] {
            assert_eq!(read(bad), Err(1), "{bad}");
        }
    }
}
