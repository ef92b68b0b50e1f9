//! Presets of the ticket.

use crate::samples::{NOW, id, person, write};
use domain::{PresetId, UserId};
use store::{
    preset::{self, PresetRow},
    testing::TestDb,
};

fn row(number: u128, user_id: UserId, name: &str) -> PresetRow {
    let (name, settings) = (name.to_owned(), format!("{{\"leverage\":{number}}}"));
    PresetRow { id: PresetId(id(number)), user_id, name, settings, created_at: NOW }
}

async fn a_preset_is_replaced_by_name_and_seen_by_its_owner_alone(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    let (first, second, theirs) = (row(1, me, "Swing"), row(2, me, "Scalp"), row(3, other, "Swing"));
    for preset in [&first, &second, &theirs] {
        write(db, async |tx| preset::save_preset(tx, preset).await).await.unwrap();
    }
    let list = async |user| preset::list_by_user(&**db, user).await.unwrap();
    assert_eq!(list(me).await, [second.clone(), first.clone()], "by name");
    let again = row(4, me, "Swing");
    write(db, async |tx| preset::save_preset(tx, &again).await).await.unwrap();
    let replaced = PresetRow { settings: again.settings, ..first.clone() };
    assert_eq!(list(me).await, [second, replaced], "with its id");
    assert_eq!(list(other).await, std::slice::from_ref(&theirs));

    let delete =
        async |user, id| write(db, async |tx| preset::delete_preset(tx, user, id).await).await.unwrap();
    assert!(!delete(me, theirs.id).await, "another's");
    assert!(delete(me, first.id).await && !delete(me, first.id).await);
    assert_eq!((list(me).await.len(), list(other).await.len()), (1, 1));
}

store::each_engine![a_preset_is_replaced_by_name_and_seen_by_its_owner_alone];
