-- Credentials at exchanges. The secret is sealed by the service; this table never sees it in clear.
create table exchange_keys (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    not null references users (id),
    exchange_id     text    not null,
    trade_type      text    not null check (trade_type in ('SPOT', 'FUTURES')),
    strategy_type   text    not null check (strategy_type in ('AUTOMATED', 'MANUAL')),
    active          integer not null check (active in (0, 1)),
    name            text    not null,
    api_key         text    not null,
    status          text    not null check (status in ('AUTHORIZED', 'UNAUTHORIZED', 'FAILED')),
    sandbox         integer not null check (sandbox in (0, 1)),
    ip_restricted   integer not null check (ip_restricted in (0, 1)),
    sealed_secret   blob    not null,
    sealed_data_key blob    not null,
    master_key_id   text    not null,
    seal_version    integer not null,
    created_at      integer not null,
    updated_at      integer not null,
    unique (exchange_id, api_key, trade_type)
) strict;
create index exchange_keys_user on exchange_keys (user_id);
