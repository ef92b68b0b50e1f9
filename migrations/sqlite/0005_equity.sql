-- What an account was worth, in USD as canonical decimal text, at one moment.
create table equity_points (
    exchange_key_id blob    not null references exchange_keys (id) on delete cascade,
    at              integer not null,
    total_usd       text    not null,
    primary key (exchange_key_id, at)
) strict;
create index equity_points_age on equity_points (at);
