//! Sub-accounts.

use crate::samples::{NOW, id, kind, person, write};
use domain::{
    SubAccountId,
    sub_account::{Details, Identification, LegalEntity, Status, SubAccount},
};
use store::{
    StoreErrorKind,
    sub_account::{self, Brand, Filter, ORDERS, SortedPage},
    testing::TestDb,
};

fn sub(number: u128, name: &str, main: bool) -> SubAccount {
    SubAccount {
        id: SubAccountId(id(number)),
        short_reference: format!("260101-{number:05}"),
        main,
        details: Details {
            account_name: name.into(),
            brand: "currencycloud".into(),
            your_reference: (number == 1).then(|| "ref".into()),
            status: Status::EnabledNoTrading,
            legal_entity_type: LegalEntity::Individual,
            street: "Straße 'x'".into(),
            city: "München".into(),
            postal_code: "1".into(),
            state_or_province: None,
            country: "DE".into(),
            spread_table: "no_markup".into(),
            api_trading: true,
            online_trading: false,
            phone_trading: true,
            identification_type: Some(Identification::Passport),
            identification_value: Some("X".into()),
        },
        created_at: NOW.plus(i64::try_from(number).unwrap()),
        updated_at: NOW,
    }
}

const FIRST: SortedPage<'static> = SortedPage { order: "created_at", descending: false, offset: 0, limit: 9 };

async fn an_account_is_its_owners(db: &TestDb) {
    let (ada, eve) = (person(db, 1).await, person(db, 2).await);
    let one = sub(1, "One", false);
    write(db, async |tx| sub_account::insert_sub_account(tx, ada, &one).await).await.unwrap();
    assert_eq!(sub_account::get_sub_account(&**db, ada, one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(sub_account::get_sub_account(&**db, eve, one.id).await.unwrap(), None);
    let mut changed = SubAccount { updated_at: NOW.plus(1), ..one.clone() };
    changed.details.city = "York".into();
    let change = async |owner, seen| {
        write(db, async |tx| sub_account::update_sub_account(tx, owner, &changed, seen).await).await.unwrap()
    };
    assert!(!change(eve, NOW).await && change(ada, NOW).await && !change(ada, NOW).await);
    assert_eq!(sub_account::get_sub_account(&**db, ada, one.id).await.unwrap(), Some(changed));
    assert_eq!(sub_account::main(&**db, ada).await.unwrap(), None);
    let own = sub(2, "Own", true);
    write(db, async |tx| sub_account::insert_sub_account(tx, ada, &own).await).await.unwrap();
    assert_eq!(sub_account::main(&**db, ada).await.unwrap(), Some(own));
    let second = sub(3, "Own", true);
    let second = write(db, async |tx| sub_account::insert_sub_account(tx, ada, &second).await).await;
    assert_eq!(kind(second), Some(StoreErrorKind::Unique));
    let mut nowhere = sub(4, "x", false);
    nowhere.details.brand = "nobody".into();
    let nowhere = write(db, async |tx| sub_account::insert_sub_account(tx, ada, &nowhere).await).await;
    assert_eq!(kind(nowhere), Some(StoreErrorKind::ForeignKey));
}

async fn each_order_is_an_order(db: &TestDb) {
    let ada = person(db, 1).await;
    for (number, name) in [(1, "b"), (2, "a"), (3, "c")] {
        let sub = sub(number, name, false);
        write(db, async |tx| sub_account::insert_sub_account(tx, ada, &sub).await).await.unwrap();
    }
    let names = async |filter: &Filter, page| -> String {
        let found = sub_account::list_page(&**db, ada, filter, page).await.unwrap();
        found.into_iter().map(|sub| sub.details.account_name).collect()
    };
    let all = Filter::default();
    for order in ORDERS {
        let forwards = names(&all, SortedPage { order, ..FIRST }).await;
        let backwards = names(&all, SortedPage { order, descending: true, ..FIRST }).await;
        assert_eq!(forwards.chars().rev().collect::<String>(), backwards, "{order}");
    }
    assert_eq!(names(&all, SortedPage { order: "account_name", ..FIRST }).await, "abc");
    assert_eq!(names(&all, FIRST).await, "bac");
    assert_eq!(names(&all, SortedPage { offset: 1, limit: 1, ..FIRST }).await, "a");
    let only =
        Filter { your_reference: Some("ref".into()), city: Some("München".into()), ..Filter::default() };
    assert_eq!(names(&only, FIRST).await, "b");
    assert_eq!(sub_account::count_matching(&**db, ada, &only).await.unwrap(), 1);
    assert_eq!(sub_account::count_matching(&**db, ada, &all).await.unwrap(), 3);
    let none = Filter { state_or_province: Some("BY".into()), ..Filter::default() };
    assert_eq!(names(&none, FIRST).await, "");
}

async fn a_days_numbers_are_given_once(db: &TestDb) {
    let mut given = Vec::new();
    for _ in 0..3 {
        given.push(write(db, async |tx| sub_account::next_number(tx, "2026-01-01").await).await.unwrap());
    }
    given.push(write(db, async |tx| sub_account::next_number(tx, "2026-01-02").await).await.unwrap());
    assert_eq!(given, [1, 2, 3, 1]);
}

async fn brands_are_kept(db: &TestDb) {
    for broker in [true, false] {
        let brand = Brand { name: "acme".into(), broker };
        write(db, async |tx| sub_account::set_brand(tx, &brand).await).await.unwrap();
    }
    let brands = sub_account::list_brands(&**db).await.unwrap();
    assert_eq!(
        brands.iter().map(|b| (b.name.as_str(), b.broker)).collect::<Vec<_>>(),
        [("acme", false), ("currencycloud", true)]
    );
    assert_eq!(sub_account::get_brand(&**db, "nobody").await.unwrap(), None);
}

store::each_engine!(
    an_account_is_its_owners,
    each_order_is_an_order,
    a_days_numbers_are_given_once,
    brands_are_kept
);
