-- What happened, for the pages' streams. Numbers only grow, also after pruning.
create table events (
    seq     bigint generated always as identity primary key,
    user_id uuid   not null references users (id) on delete cascade,
    body    text   not null,
    at      bigint not null
);
create index events_user on events (user_id, seq);
create index events_age on events (at);
