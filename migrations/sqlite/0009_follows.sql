-- Who follows a strategy with which account, and what each signal did to each of them.
create table risk_profiles (
    id         blob    not null primary key check (length(id) = 16),
    name       text    not null unique,
    percentage text    not null,
    created_at integer not null,
    updated_at integer not null
) strict;

-- Ids, names and times are the Mudawyl document's.
insert into risk_profiles values
    (x'ab00673acd1944d4a7c405c63e309663', 'CONSERVATIVE', '1.5', 1662688656304000, 1662688656304000),
    (x'3dc38f3d4b4e43b3a102e250b7cd3551', 'MODERATE', '2', 1662688692344000, 1662688692344000),
    (x'9234a51248d04fa98b77fdaec0fd3e00', 'AGGRESSIVE', '3', 1662688763456000, 1662688763456000);

-- A follow that was stopped stays: it is history. `symbol` repeats the strategy's, for the unique index below.
create table follows (
    id                   blob    not null primary key check (length(id) = 16),
    user_id              blob    not null references users (id),
    exchange_key_id      blob    not null references exchange_keys (id) on delete cascade,
    strategy_id          blob    not null references strategies (id),
    symbol               text    not null,
    risk_profile_id      blob    not null references risk_profiles (id),
    active               integer not null check (active in (0, 1)),
    max_leverage         integer check (max_leverage between 1 and 125),
    daily_loss_limit_usd text,
    paused_reason        text,
    last_copy_at         integer,
    stopped_at           integer,
    created_at           integer not null,
    updated_at           integer not null,
    check (stopped_at is null or active = 0)
) strict;
-- A key follows one strategy on a market (1309).
create unique index follows_market on follows (exchange_key_id, symbol) where stopped_at is null;
create index follows_strategy on follows (strategy_id) where stopped_at is null;
create index follows_user on follows (user_id, id);

-- What one signal did to one follow. A copy outlives its key and its follow: it is history. The id of a copy's intent is
-- the copy's own, so that however often a copy is taken up there is one intent.
create table copies (
    id              blob    not null primary key check (length(id) = 16),
    signal_id       blob    not null references signals (id),
    follow_id       blob    not null check (length(follow_id) = 16),
    user_id         blob    not null references users (id),
    exchange_key_id blob    not null check (length(exchange_key_id) = 16),
    symbol          text    not null,
    action          text    not null check (action in ('ENTER', 'EXIT')),
    side            text check (side in ('BUY', 'SELL')),
    status          text    not null check (status in ('QUEUED', 'SENDING', 'OPEN', 'CLOSED', 'SKIPPED', 'FAILED')),
    reason          text,
    detail          text,
    risk_percent    text    not null,
    equity          text,
    amount          text,
    leverage        integer,
    entry_price     text,
    stop            text,
    targets         text,
    order_id        text,
    exit_reason     text,
    exit_price      text,
    profit_usd      text,
    lease_holder    text,
    lease_until     integer not null,
    created_at      integer not null,
    updated_at      integer not null,
    opened_at       integer,
    finished_at     integer,
    unique (signal_id, follow_id),
    check ((finished_at is null) = (status in ('QUEUED', 'SENDING', 'OPEN'))),
    check ((reason is null) = (status not in ('SKIPPED', 'FAILED')))
) strict;
-- The position of an account on a market is one copy's.
create unique index copies_open on copies (exchange_key_id, symbol) where status = 'OPEN';
create index copies_queued on copies (id) where status = 'QUEUED';
create index copies_sending on copies (exchange_key_id) where status = 'SENDING';
create index copies_user on copies (user_id, id);
create index copies_follow on copies (follow_id, id);
create index copies_key_finished on copies (exchange_key_id, finished_at);

-- What the operator switched: a row says that it is on.
create table switches (
    name       text    not null primary key,
    changed_by blob references users (id) on delete set null,
    changed_at integer not null
) strict;
