-- One request may change several trades of a market: it cancels all their entries. So a change has an entry per trade.
create table trade_changes_by_trade (
    id       blob    not null references intents (id) on delete cascade,
    trade_id blob    not null references intents (id) on delete cascade,
    user_id  blob    not null references users (id),
    before   text    not null,
    after    text    not null,
    at       integer not null,
    primary key (trade_id, id)
) strict;
insert into trade_changes_by_trade (id, trade_id, user_id, before, after, at)
select id, trade_id, user_id, before, after, at from trade_changes;
drop table trade_changes;
alter table trade_changes_by_trade rename to trade_changes;
create index trade_changes_intent on trade_changes (id);
