//! Positions left open by an earlier release are supervised after an upgrade, and the upgrade closes and
//! cancels nothing. The desired state of each kind of row is tested on kept databases of both engines, in
//! `crates/store/tests/upgrade`.

use crate::{enumerate::Ready, play::play, sim::plan::Scenario};

/// The protections as the release before `0044_protections` had them, and then that migration and those after
/// it.
const UPGRADE: &str = concat!(
    "create table protections (intent_id blob not null primary key references intents (id) on delete cascade, \
       exchange_key_id blob not null, symbol text not null, checked_at integer not null) strict; \
     insert into protections select intent_id, exchange_key_id, symbol, 0 from protected_trades \
       where intent_id not in (select id from copies); \
     drop table protected_trades;",
    include_str!("../../../../migrations/sqlite/0044_protections.sql"),
    include_str!("../../../../migrations/sqlite/0050_ended_positions.sql"),
);

#[test]
fn an_upgrade_closes_and_cancels_nothing() {
    if crate::wanted().is_none() {
        crate::roomy(upgraded);
    }
}

fn upgraded() {
    for life in ["held", "stop-cancelled", "copy-held", "copy-stop-cancelled"] {
        let ready = Ready::of(life);
        let template = ready.template.rewritten(UPGRADE);
        let scenario = Scenario { life: life.to_owned(), items: Vec::new() };
        let played = play(&template, &ready.life, &scenario, true);
        assert!(played.broken.is_empty(), "{life}: {:?}", played.broken);
        let writes: Vec<_> =
            played.steps.iter().filter(|s| s.writes && s.kind != "commit").map(|s| s.kind).collect();
        assert!(writes.iter().all(|kind| *kind == "stop"), "{life}: {writes:?}");
        assert_eq!(writes.len(), usize::from(life.ends_with("cancelled")), "{life}: {writes:?}");
    }
}
