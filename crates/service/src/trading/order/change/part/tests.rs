use super::*;
use crate::trading::order::legs::tests::market;

fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

#[test]
fn a_part_is_no_more_than_the_position_and_fits_the_market() {
    let of = |part| amount_of(part, d("0.05"), &market()).map_err(|error| format!("{error:?}"));
    assert_eq!(of(Part::Share(d("0.5"))), Ok(d("0.025")));
    assert_eq!(of(Part::Share(d("1"))), Ok(d("0.05")));
    assert_eq!(of(Part::Amount(d("0.05"))), Ok(d("0.05")));
    let refused = |part, problem: &str| {
        let error = of(part).unwrap_err();
        assert!(error.contains(problem), "{part:?}: {error}");
    };
    refused(Part::Amount(d("0.051")), "MoreThanPosition");
    refused(Part::Amount(d("0.0105")), "LotFilter");
    refused(Part::Share(d("0.01")), "LotFilter");
    refused(Part::Share(d("1.1")), "NotShare");
    refused(Part::Share(d("0")), "NotShare");
}
