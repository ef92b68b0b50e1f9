//! Notifications: each is sent to its recipient once per channel.

use super::samples::{NOW, id, kind, person, write};
use domain::{
    MessageId, UserId,
    notification::{Channel, ChatMessage, Kind, Switches},
};
use store::{
    Db,
    desk_secret::{self, DeskSecret},
    notice::{self, Group, NewNotice},
    notification,
    telegram::{self, bot, simulated},
    testing::TestDb,
};

async fn notify(db: &Db, user: UserId, key: &str, kind: Kind, group: &str, ready: i64) -> u64 {
    let ready_at = NOW.plus(ready);
    let notice =
        NewNotice { event_key: key, user_id: user, kind, group_key: group, body: "{}", at: NOW, ready_at };
    write(db, async |tx| notice::notify(tx, &notice).await).await.unwrap()
}

async fn linked(db: &Db, user: UserId, code: u8, chat: i64) {
    write(db, async |tx| {
        telegram::set_code(tx, user, &[code; 32], &[1], NOW.plus(10), NOW).await?;
        assert!(telegram::link_chat(tx, &[code; 32], chat, NOW.plus(9)).await?);
        Ok(())
    })
    .await
    .unwrap();
}

async fn an_event_is_notified_once_on_the_users_channels(db: &TestDb) {
    let me = person(db, 1).await;
    assert_eq!(notify(db, me, "a", Kind::NewOrder, "a", 0).await, 1, "by e-mail, as long as nothing was set");
    assert_eq!(notify(db, me, "a", Kind::NewOrder, "a", 0).await, 0, "once");
    linked(db, me, 1, 77).await;
    assert_eq!(notify(db, me, "b", Kind::NewOrder, "b", 0).await, 1, "Telegram has to be asked for");
    assert_eq!(notify(db, me, "c", Kind::KeyRefused, "c", 0).await, 2, "but for safety");
    let wanted = Switches { telegram_new_order: true, email_new_order: false, ..Switches::default() };
    let set = write(db, async |tx| notification::save_preferences(tx, me, &wanted, NOW, NOW.plus(1)).await)
        .await
        .unwrap();
    assert_eq!((set.switches, set.created_at, set.updated_at), (wanted, NOW, NOW.plus(1)));
    assert_eq!(notification::get_preferences(&**db, me).await.unwrap(), Some(set));
    assert_eq!(notify(db, me, "d", Kind::NewOrder, "d", 0).await, 1);
    assert_eq!(notify(db, me, "e", Kind::TakeProfit, "e", 0).await, 1);
    write(db, async |tx| telegram::set_active(tx, 77, false, NOW).await).await.unwrap();
    assert_eq!(notify(db, me, "f", Kind::NewOrder, "f", 0).await, 0);
    let groups = notice::list_due_groups(&**db, NOW, NOW, 100).await.unwrap();
    let reported =
        |channel| groups.iter().filter(|g| g.channel == channel).map(|g| &*g.group_key).collect::<Vec<_>>();
    let sorted = |mut all: Vec<&str>| {
        all.sort_unstable();
        all.concat()
    };
    assert_eq!(
        (sorted(reported(Channel::Email)), sorted(reported(Channel::Telegram))),
        ("abce".into(), "cd".into())
    );
}

async fn a_burst_is_waited_for_and_gathered_once(db: &TestDb) {
    let me = person(db, 1).await;
    for (key, ready) in [("a", 10), ("b", 12), ("c", 14)] {
        notify(db, me, key, Kind::StopLoss, "burst", ready).await;
    }
    let ready = async |now: i64, oldest: i64| {
        notice::list_due_groups(&**db, NOW.plus(now), NOW.plus(oldest), 9).await.unwrap().len()
    };
    assert_eq!((ready(13, 0).await, ready(14, 0).await, ready(13, 10).await), (0, 1, 1));
    let group = Group { user_id: me, channel: Channel::Email, group_key: "burst".into() };
    assert_eq!(notice::list_waiting(&**db, &group).await.unwrap().len(), 3);
    let gather = async |number| {
        write(db, async |tx| notice::assign_to_message(tx, &group, MessageId(id(number))).await)
            .await
            .unwrap()
    };
    assert_eq!((gather(1).await, gather(2).await), (3, 0));
    assert_eq!(ready(99, 99).await, 0);
    assert_eq!(notify(db, me, "a", Kind::StopLoss, "burst", 0).await, 0, "a notice is sent once");
    let pruned = write(db, async |tx| notice::prune_before(tx, NOW.plus(1)).await).await.unwrap();
    assert_eq!(pruned, 3);
}

async fn the_longest_due_group_comes_first(db: &TestDb) {
    let me = person(db, 1).await;
    for (key, group, ready) in [("1", "a", 4), ("2", "b", 3), ("3", "c", 2), ("4", "d", 1), ("5", "c", 5)] {
        notify(db, me, key, Kind::StopLoss, group, ready).await;
    }
    let first = notice::list_due_groups(&**db, NOW.plus(9), NOW, 3).await.unwrap();
    assert_eq!(first.iter().map(|group| group.group_key.as_str()).collect::<Vec<_>>(), ["d", "c", "b"]);
}

async fn a_code_links_one_chat_once(db: &TestDb) {
    let (me, other) = (person(db, 1).await, person(db, 2).await);
    write(db, async |tx| telegram::set_code(tx, me, &[1; 32], &[7], NOW.plus(10), NOW).await).await.unwrap();
    let of_code = async |at| telegram::of_code(&**db, &[1; 32], at).await.unwrap().map(|link| link.user_id);
    assert_eq!((of_code(NOW.plus(9)).await, of_code(NOW.plus(10)).await), (Some(me), None));
    let link =
        async |code: u8, at| write(db, async |tx| telegram::link_chat(tx, &[code; 32], 77, at).await).await;
    assert!(!link(1, NOW.plus(10)).await.unwrap(), "too late");
    assert!(link(1, NOW.plus(9)).await.unwrap());
    assert!(!link(1, NOW.plus(9)).await.unwrap(), "spent");
    let mine = telegram::get_link(&**db, me).await.unwrap().unwrap();
    assert_eq!((mine.chat_id, mine.active, mine.code_sealed.clone()), (Some(77), true, None));
    assert_eq!(telegram::of_chat(&**db, 77).await.unwrap(), Some(mine));

    write(db, async |tx| telegram::set_code(tx, other, &[2; 32], &[7], NOW.plus(10), NOW).await)
        .await
        .unwrap();
    assert_eq!(kind(link(2, NOW).await), Some(store::StoreErrorKind::Unique), "another person's chat");
    let leave =
        async |below| write(db, async |tx| telegram::leave_behind(tx, 0, below, NOW).await).await.unwrap();
    assert_eq!((leave(true).await, leave(false).await, leave(false).await), (0, 1, 0));
    write(db, async |tx| {
        telegram::set_panic_requested(tx, 77, Some(NOW)).await?;
        assert!(telegram::set_active(tx, 77, true, NOW).await?);
        assert!(telegram::unlink_chat(tx, me, NOW).await? && !telegram::unlink_chat(tx, me, NOW).await?);
        Ok(())
    })
    .await
    .unwrap();
    let gone = telegram::get_link(&**db, me).await.unwrap().unwrap();
    assert_eq!((gone.chat_id, gone.active, gone.panic_asked_at), (None, false, None));
}

async fn a_new_code_changes_the_link(db: &TestDb) {
    let me = person(db, 1).await;
    for (code, at) in [(1, NOW), (2, NOW.plus(5))] {
        write(db, async |tx| telegram::set_code(tx, me, &[code; 32], &[code], at.plus(10), at).await)
            .await
            .unwrap();
        let link = telegram::get_link(&**db, me).await.unwrap().unwrap();
        assert_eq!((link.code_sealed, link.created_at, link.updated_at), (Some(vec![code]), NOW, at));
    }
}

async fn a_bots_state_is_shared(db: &TestDb) {
    assert_eq!(bot::get(&**db, "b").await.unwrap(), None);
    write(db, async |tx| {
        assert!(bot::refuse(tx, "b", NOW).await? && !bot::refuse(tx, "b", NOW.plus(1)).await?);
        bot::pause(tx, "b", NOW.plus(5)).await?;
        bot::pause(tx, "b", NOW.plus(4)).await?;
        bot::welcome(tx, "b", "our_bot").await?;
        bot::read_until(tx, "b", 8).await?;
        bot::read_until(tx, "b", 7).await
    })
    .await
    .unwrap();
    let bot = bot::get(&**db, "b").await.unwrap().unwrap();
    let username = bot.username.as_deref();
    assert_eq!(
        (username, bot.next_update, bot.paused_until, bot.refused_at),
        (Some("our_bot"), 8, NOW.plus(5), None)
    );

    let line = |body: &str| ChatMessage { ours: true, body: body.into(), at: NOW };
    write(db, async |tx| {
        simulated::append(tx, 5, "x", &line("one")).await?;
        simulated::append(tx, 5, "x", &line("again")).await?;
        simulated::append(tx, 5, "y", &line("two")).await?;
        simulated::append(tx, 6, "z", &line("elsewhere")).await
    })
    .await
    .unwrap();
    assert_eq!(simulated::latest(&**db, 5, 9).await.unwrap(), [line("two"), line("one")]);
}

async fn a_desk_secret_is_made_once(db: &TestDb) {
    let secret = |number, byte| DeskSecret { name: "messages".into(), id: id(number), sealed: vec![byte] };
    write(db, async |tx| {
        desk_secret::insert(tx, &secret(1, 1), NOW).await?;
        desk_secret::insert(tx, &secret(2, 2), NOW).await?;
        assert!(desk_secret::reseal(tx, id(1), &[3]).await? && !desk_secret::reseal(tx, id(2), &[3]).await?);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(desk_secret::get(&**db, "messages").await.unwrap(), Some(secret(1, 3)));
    assert_eq!(desk_secret::list(&**db).await.unwrap(), [secret(1, 3)]);
    assert_eq!(desk_secret::get(&**db, "other").await.unwrap(), None);
}

store::each_engine!(
    an_event_is_notified_once_on_the_users_channels,
    a_burst_is_waited_for_and_gathered_once,
    the_longest_due_group_comes_first,
    a_code_links_one_chat_once,
    a_new_code_changes_the_link,
    a_bots_state_is_shared,
    a_desk_secret_is_made_once,
);
