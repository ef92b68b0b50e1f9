-- What happened, for the pages' streams. Numbers only grow, also after pruning (hence autoincrement).
create table events (
    seq     integer not null primary key autoincrement,
    user_id blob    not null references users (id) on delete cascade,
    body    text    not null,
    at      integer not null
) strict;
create index events_user on events (user_id, seq);
create index events_age on events (at);
