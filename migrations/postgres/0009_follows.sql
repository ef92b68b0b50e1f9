-- Who follows a strategy with which account, and what each signal did to each of them.
create table risk_profiles (
    id         uuid    not null primary key,
    name       text    not null unique,
    percentage text    not null,
    created_at bigint  not null,
    updated_at bigint  not null
);

-- Ids, names and times are the Mudawyl document's.
insert into risk_profiles values
    ('ab00673a-cd19-44d4-a7c4-05c63e309663', 'CONSERVATIVE', '1.5', 1662688656304000, 1662688656304000),
    ('3dc38f3d-4b4e-43b3-a102-e250b7cd3551', 'MODERATE', '2', 1662688692344000, 1662688692344000),
    ('9234a512-48d0-4fa9-8b77-fdaec0fd3e00', 'AGGRESSIVE', '3', 1662688763456000, 1662688763456000);

-- A follow that was stopped stays: it is history. `symbol` repeats the strategy's, for the unique index below.
create table follows (
    id                   uuid    not null primary key,
    user_id              uuid    not null references users (id),
    exchange_key_id      uuid    not null references exchange_keys (id) on delete cascade,
    strategy_id          uuid    not null references strategies (id),
    symbol               text    not null,
    risk_profile_id      uuid    not null references risk_profiles (id),
    active               boolean not null,
    max_leverage         bigint check (max_leverage between 1 and 125),
    daily_loss_limit_usd text,
    paused_reason        text,
    last_copy_at         bigint,
    stopped_at           bigint,
    created_at           bigint  not null,
    updated_at           bigint  not null,
    check (stopped_at is null or active = false)
);
-- A key follows one strategy on a market (1309).
create unique index follows_market on follows (exchange_key_id, symbol) where stopped_at is null;
create index follows_strategy on follows (strategy_id) where stopped_at is null;
create index follows_user on follows (user_id, id);

-- What one signal did to one follow. A copy outlives its key and its follow: it is history. The id of a copy's intent is
-- the copy's own, so that however often a copy is taken up there is one intent.
create table copies (
    id              uuid    not null primary key,
    signal_id       uuid    not null references signals (id),
    follow_id       uuid    not null,
    user_id         uuid    not null references users (id),
    exchange_key_id uuid    not null,
    symbol          text    not null,
    action          text    not null check (action in ('ENTER', 'EXIT')),
    side            text check (side in ('BUY', 'SELL')),
    status          text    not null check (status in ('QUEUED', 'SENDING', 'OPEN', 'CLOSED', 'SKIPPED', 'FAILED')),
    reason          text,
    detail          text,
    risk_percent    text    not null,
    equity          text,
    amount          text,
    leverage        bigint,
    entry_price     text,
    stop            text,
    targets         text,
    order_id        text,
    exit_reason     text,
    exit_price      text,
    profit_usd      text,
    lease_holder    text,
    lease_until     bigint  not null,
    created_at      bigint  not null,
    updated_at      bigint  not null,
    opened_at       bigint,
    finished_at     bigint,
    unique (signal_id, follow_id),
    check ((finished_at is null) = (status in ('QUEUED', 'SENDING', 'OPEN'))),
    check ((reason is null) = (status not in ('SKIPPED', 'FAILED')))
);
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
    changed_by uuid references users (id) on delete set null,
    changed_at bigint  not null
);
