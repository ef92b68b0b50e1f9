-- Orders that we have decided to send, written before they are sent. An intent outlives its exchange key: it is history.
create table intents (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    not null references users (id),
    exchange_key_id blob    not null check (length(exchange_key_id) = 16),
    trade_type      text    not null check (trade_type in ('SPOT', 'FUTURES')),
    symbol          text    not null,
    kind            text    not null check (kind in ('open', 'close')),
    request         text    not null,
    status          text    not null check (status in ('working', 'waiting', 'done', 'failed')),
    failure         text,
    answer          text,
    idempotency_key text,
    request_hash    blob    check (length(request_hash) = 32),
    lease_holder    text,
    lease_until     integer not null,
    created_at      integer not null,
    updated_at      integer not null,
    finished_at     integer,
    unique (user_id, idempotency_key),
    check ((idempotency_key is null) = (request_hash is null)),
    check ((finished_at is null) = (status in ('working', 'waiting')))
) strict;
-- One intent at a time works on a market of an account.
create unique index intents_working on intents (exchange_key_id, symbol) where status = 'working';
create index intents_unfinished on intents (exchange_key_id) where status in ('working', 'waiting');
create index intents_user on intents (user_id, id);

create table intent_legs (
    intent_id       blob    not null references intents (id) on delete cascade,
    seq             integer not null,
    role            text    not null,
    client_order_id text    unique,
    body            text    not null,
    status          text    not null check (status in ('planned', 'placed', 'refused', 'skipped', 'done')),
    order_json      text,
    failure         text,
    updated_at      integer not null,
    primary key (intent_id, seq)
) strict;
