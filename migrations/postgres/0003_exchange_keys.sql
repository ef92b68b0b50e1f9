-- Credentials at exchanges. The secret is sealed by the service; this table never sees it in clear.
create table exchange_keys (
    id              uuid    not null primary key,
    user_id         uuid    not null references users (id),
    exchange_id     text    not null,
    trade_type      text    not null check (trade_type in ('SPOT', 'FUTURES')),
    strategy_type   text    not null check (strategy_type in ('AUTOMATED', 'MANUAL')),
    active          boolean not null,
    name            text    not null,
    api_key         text    not null,
    status          text    not null check (status in ('AUTHORIZED', 'UNAUTHORIZED', 'FAILED')),
    sandbox         boolean not null,
    ip_restricted   boolean not null,
    sealed_secret   bytea   not null,
    sealed_data_key bytea   not null,
    master_key_id   text    not null,
    seal_version    bigint  not null,
    created_at      bigint  not null,
    updated_at      bigint  not null,
    unique (exchange_id, api_key, trade_type)
);
create index exchange_keys_user on exchange_keys (user_id);
