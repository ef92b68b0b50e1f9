-- The desk's own decisions about a trade, such as adopting its position or closing it at its time limit, have no intent of their own:
-- their entries have the id of the trade's intent. So a change is identified by its time, too.
create table trade_changes_by_time (
    id       blob    not null references intents (id) on delete cascade,
    trade_id blob    not null references intents (id) on delete cascade,
    user_id  blob    not null references users (id),
    before   text    not null,
    after    text    not null,
    at       integer not null,
    primary key (trade_id, at, id)
) strict;
insert into trade_changes_by_time (id, trade_id, user_id, before, after, at)
select id, trade_id, user_id, before, after, at from trade_changes;
drop table trade_changes;
alter table trade_changes_by_time rename to trade_changes;
create index trade_changes_intent on trade_changes (id);
