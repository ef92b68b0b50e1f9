use super::*;
use crate::risk_rule;
use proptest::{option, prelude::*};

fn follow() -> impl Strategy<Value = FollowState> {
    prop_oneof![
        Just(FollowState::Active),
        Just(FollowState::Paused(None)),
        Just(FollowState::Paused(Some(Paused::Owner))),
        Just(FollowState::Paused(Some(Paused::Panic))),
        Just(FollowState::Stopped),
    ]
}

fn account() -> impl Strategy<Value = AccountState> {
    prop_oneof![Just(AccountState::Active), Just(AccountState::Frozen), Just(AccountState::Suspended)]
}

fn key() -> impl Strategy<Value = KeyState> {
    prop_oneof![
        Just(KeyState::Usable),
        Just(KeyState::Inactive),
        Just(KeyState::Unauthorized),
        Just(KeyState::MayWithdraw),
        Just(KeyState::UnsupportedMode),
        Just(KeyState::UnderReview),
        Just(KeyState::Deleted),
    ]
}

/// Pairs of amounts that are often equal, because the limits decide at equality.
fn amounts() -> impl Strategy<Value = (Decimal, Decimal)> {
    (-3_i64..3, -3_i64..3).prop_map(|(one, other)| (Decimal::from(one), Decimal::from(other)))
}

/// The objection of one of the risk rules.
fn rule() -> impl Strategy<Value = Objection> {
    proptest::sample::select(risk_rule::REASONS.to_vec()).prop_map(objecting)
}

fn objecting(reason: Reason) -> Objection {
    let rule = crate::RiskRuleId(uuid::Uuid::nil());
    Objection { rule, reason, kind: risk_rule::Kind::DayLoss, seen: Decimal::ONE, limit: Decimal::ONE }
}

fn facts() -> impl Strategy<Value = Facts> {
    let flag = || option::of(any::<bool>());
    let first = (option::of(follow()), option::of(key()), flag(), option::of(amounts()), flag());
    let second = (flag(), flag(), flag(), flag(), option::of(rule()));
    let first_day = (flag(), option::of(amounts()));
    (option::of(account()), first, second, first_day).prop_map(|(account, first, second, first_day)| {
        let (follow, key, plan, balance, all_paused) = first;
        let (strategy_active, superseded, too_old, in_position, rule) = second;
        let (other_first_day_market, capped) = first_day;
        Facts {
            account,
            follow,
            key,
            other_first_day_market,
            plan_includes_strategies: plan,
            plan_balance: balance.map(|(counted, limit)| PlanBalance { counted, limit }),
            all_paused,
            strategy_active,
            superseded,
            too_old,
            in_position,
            rule,
            capped_order: capped.map(|(value, cap)| CappedOrder { value, cap }),
        }
    })
}

/// Splits the facts: each known without the others, in the order of the fields.
fn one_by_one(f: Facts) -> [Facts; 13] {
    let none = Facts::default();
    [
        Facts { account: f.account, ..none },
        Facts { follow: f.follow, ..none },
        Facts { key: f.key, ..none },
        Facts { other_first_day_market: f.other_first_day_market, ..none },
        Facts { plan_includes_strategies: f.plan_includes_strategies, ..none },
        Facts { plan_balance: f.plan_balance, ..none },
        Facts { all_paused: f.all_paused, ..none },
        Facts { strategy_active: f.strategy_active, ..none },
        Facts { superseded: f.superseded, ..none },
        Facts { too_old: f.too_old, ..none },
        Facts { in_position: f.in_position, ..none },
        Facts { rule: f.rule, ..none },
        Facts { capped_order: f.capped_order, ..none },
    ]
}

/// Combines two sets of facts; `a` takes precedence.
fn merged(a: Facts, b: Facts) -> Facts {
    Facts {
        account: a.account.or(b.account),
        follow: a.follow.or(b.follow),
        key: a.key.or(b.key),
        other_first_day_market: a.other_first_day_market.or(b.other_first_day_market),
        plan_includes_strategies: a.plan_includes_strategies.or(b.plan_includes_strategies),
        plan_balance: a.plan_balance.or(b.plan_balance),
        all_paused: a.all_paused.or(b.all_paused),
        strategy_active: a.strategy_active.or(b.strategy_active),
        superseded: a.superseded.or(b.superseded),
        too_old: a.too_old.or(b.too_old),
        in_position: a.in_position.or(b.in_position),
        rule: a.rule.or(b.rule),
        capped_order: a.capped_order.or(b.capped_order),
    }
}

const FAVOURABLE: Facts = Facts {
    account: Some(AccountState::Active),
    follow: Some(FollowState::Active),
    key: Some(KeyState::Usable),
    other_first_day_market: Some(false),
    plan_includes_strategies: Some(true),
    plan_balance: Some(PlanBalance { counted: Decimal::ONE, limit: Decimal::ONE }),
    all_paused: Some(false),
    strategy_active: Some(true),
    superseded: Some(false),
    too_old: Some(false),
    in_position: Some(false),
    rule: None,
    capped_order: Some(CappedOrder { value: Decimal::ONE, cap: Decimal::ONE }),
};

fn rank(reason: Reason) -> usize {
    REASONS_IN_ORDER.iter().position(|known| *known == reason).expect("a reason of the list")
}

/// Returns the rank of the reason; no objection ranks last.
fn outcome(facts: &Facts) -> usize {
    eligibility(facts).err().map_or(usize::MAX, rank)
}

fn an_exchange_key() -> ExchangeKey {
    ExchangeKey {
        id: crate::ExchangeKeyId(uuid::Uuid::nil()),
        exchange_id: crate::ExchangeId::Binance,
        trade_type: crate::TradeType::Futures,
        strategy_type: crate::StrategyType::Automated,
        active: true,
        name: "Main".into(),
        api_key: "k".into(),
        status: ApiKeyStatus::Authorized,
        sandbox: false,
        ip_restricted: true,
        account_mode: AccountMode::OneWay,
        may_withdraw: false,
        expires_at: None,
        traded_elsewhere: false,
        created_at: crate::Micros(0),
        updated_at: crate::Micros(0),
    }
}

#[test]
fn a_key_that_may_withdraw_takes_no_entries() {
    assert_eq!(KeyState::of(&an_exchange_key()), KeyState::Usable);
    let dangerous = ExchangeKey { may_withdraw: true, ..an_exchange_key() };
    assert_eq!(KeyState::of(&dangerous).objection(), Some(Reason::KeyMayWithdraw));
    let off = ExchangeKey { active: false, ..dangerous };
    assert_eq!(KeyState::of(&off), KeyState::Inactive);
}

#[test]
fn reasons_that_the_follower_can_fix_come_before_those_of_the_admin() {
    let key_off = Facts { key: Some(KeyState::Inactive), all_paused: Some(true), ..FAVOURABLE };
    assert_eq!(eligibility(&key_off), Err(Reason::KeyInactive));
    let refused = ExchangeKey { active: false, status: ApiKeyStatus::Unauthorized, ..an_exchange_key() };
    assert_eq!(KeyState::of(&refused).objection(), Some(Reason::KeyUnauthorized));
    let stopped = Facts { follow: Some(FollowState::of(true, None, true)), ..key_off };
    assert_eq!(eligibility(&stopped), Err(Reason::Stopped));
}

#[test]
fn the_first_day_allows_one_market_and_small_orders() {
    let elsewhere = Facts { other_first_day_market: Some(true), all_paused: Some(true), ..FAVOURABLE };
    assert_eq!(eligibility(&elsewhere), Err(Reason::FirstDayMarket), "its owner can end the limits");
    let large = CappedOrder { value: Decimal::from(2), cap: Decimal::ONE };
    let large = Facts { capped_order: Some(large), ..FAVOURABLE };
    assert_eq!(eligibility(&large), Err(Reason::FirstDayCap));
}

#[test]
fn limits_decide_at_their_own_value() {
    assert_eq!(eligibility(&FAVOURABLE), Ok(()), "a balance may equal the plan's limit");
}

/// The rules' reasons are one run in the order of all reasons, so that both orders agree.
#[test]
fn risk_rules_keep_their_order_among_all_reasons() {
    let first = REASONS_IN_ORDER.iter().position(|reason| *reason == risk_rule::REASONS[0]).unwrap();
    assert_eq!(REASONS_IN_ORDER[first..first + risk_rule::REASONS.len()], risk_rule::REASONS);
    for reason in risk_rule::REASONS {
        assert_eq!(eligibility(&Facts { rule: Some(objecting(reason)), ..FAVOURABLE }), Err(reason));
    }
}

#[test]
fn nothing_known_is_nothing_against_it() {
    assert_eq!(eligibility(&Facts::default()), Ok(()));
}

proptest! {
    #[test]
    fn the_first_reason_in_the_order_wins(facts in facts()) {
        let first = one_by_one(facts).iter().map(outcome).min();
        prop_assert_eq!(Some(outcome(&facts)), first);
    }

    #[test]
    fn a_favourable_fact_and_an_unknown_one_are_the_same(facts in facts()) {
        prop_assert_eq!(eligibility(&merged(facts, FAVOURABLE)), eligibility(&facts));
    }

    #[test]
    fn more_facts_give_the_same_reason_or_an_earlier_one(early in facts(), late in facts()) {
        prop_assert!(outcome(&merged(early, late)) <= outcome(&early));
    }

    /// The workers check the database rows first, query the exchange only afterwards, and size last; the reason must
    /// be the same as that of a single check of everything.
    #[test]
    fn judging_in_stages_gives_the_reason_of_judging_once(facts in facts()) {
        let account = Facts { capped_order: None, ..facts };
        let rows = Facts { in_position: None, rule: None, ..account };
        let staged = eligibility(&rows).and_then(|()| eligibility(&account)).and_then(|()| eligibility(&facts));
        prop_assert_eq!(staged, eligibility(&facts));
    }
}
