-- Private signal sources: strategies that a trader feeds through a webhook of their own. A strategy without a row here
-- belongs to the install and is public.
create table own_sources (
    strategy_id          uuid   not null primary key references strategies (id) on delete cascade,
    user_id              uuid   not null references users (id) on delete cascade,
    visibility           text   not null check (visibility in ('PRIVATE', 'APPROVED')),
    -- Distances for alerts without stop or take-profits, in percent of their price: decimal text, and JSON.
    stop_percent         text,
    target_percents      text   not null,
    -- The largest distance of an alert's price from the market's, in percent.
    max_distance_percent text   not null,
    -- When the first alert was accepted.
    live_since           bigint,
    -- When its owner was last notified of a refused alert.
    refusal_notified_at  bigint,
    created_at           bigint not null,
    removed_at           bigint
);
create index own_sources_user on own_sources (user_id);

-- The newest calls of each source's webhook, and the owner's tests. Bodies contain no secrets.
create table source_calls (
    id          uuid    not null primary key,
    strategy_id uuid    not null references own_sources (strategy_id) on delete cascade,
    at          bigint  not null,
    test        boolean not null,
    verdict     text    not null check (verdict in ('ACCEPTED', 'REPEATED', 'REFUSED')),
    reason      text,
    signal_id   uuid,
    body        text    not null,
    check ((verdict = 'REFUSED') = (reason is not null))
);
create index source_calls_strategy on source_calls (strategy_id, id);
