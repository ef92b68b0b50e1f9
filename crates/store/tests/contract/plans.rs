//! The built-in plans.

use domain::plan::Limits;
use store::{plan, testing::TestDb};

async fn the_public_ones_are_the_documents(db: &TestDb) {
    let plans = plan::list_public(&**db).await.unwrap();
    let reported: Vec<_> = plans
        .iter()
        .map(|p| {
            (
                p.id.to_string(),
                p.name.as_str(),
                p.monthly_price_usd,
                p.limits.max_balance_usd,
                p.limits.max_api_key,
            )
        })
        .collect();
    assert_eq!(
        reported,
        [
            ("336e0577-784d-4482-8a37-46649118aa51".into(), "BASIC", 20, Some(2_500), Some(2)),
            ("eedb6709-40be-4425-bc8c-3f27b0f16606".into(), "ADVANCED", 40, Some(5_000), Some(3)),
            ("d6e3155b-caed-449c-b95b-857f1b765040".into(), "PROFESSIONAL", 60, Some(10_000), Some(5)),
        ]
    );
    assert!(plans.iter().all(|p| p.public && p.limits.strategy_automated && !p.limits.manual_keys));
}

async fn the_private_ones_are_found_by_name(db: &TestDb) {
    let free = plan::by_name(&**db, "FREE").await.unwrap().unwrap();
    let limits = Limits {
        max_balance_usd: Some(500),
        max_api_key: Some(1),
        strategy_automated: false,
        manual_keys: false,
    };
    assert_eq!((free.public, free.monthly_price_usd, free.limits), (false, 0, limits));
    assert_eq!(plan::by_name(&**db, "EXPERT").await.unwrap().unwrap().limits, Limits::UNLIMITED);
    assert_eq!(plan::by_name(&**db, "free").await.unwrap(), None);
}

store::each_engine!(the_public_ones_are_the_documents, the_private_ones_are_found_by_name);
