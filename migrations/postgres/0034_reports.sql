-- What people are told of their own doings: reports of a week or a month, and up to where they have read.
create table reports (
    id         uuid    not null primary key,
    user_id    uuid    not null references users (id) on delete cascade,
    period     text    not null check (period in ('WEEK', 'MONTH')),
    -- The first day, as the person's calendar had it then: a period is told once, also when they move to another zone.
    first_day  text    not null,
    -- The figures as they were then, as JSON.
    body       text    not null,
    created_at bigint  not null,
    unique (user_id, period, first_day)
);
create index reports_user on reports (user_id, id);

-- When the desk looks next whether a report of a person is due.
create table report_looks (
    user_id uuid    not null primary key references users (id) on delete cascade,
    look_at bigint  not null
);
create index report_looks_due on report_looks (look_at);

-- What accounts were filled with, kept because exchanges forget: each fill once, by the exchange's number for it.
create table fills (
    exchange_key_id uuid    not null references exchange_keys (id) on delete cascade,
    symbol          text    not null,
    trade_id        text    not null,
    at              bigint  not null,
    fee_usd         text    not null,
    primary key (exchange_key_id, symbol, trade_id)
);
create index fills_at on fills (exchange_key_id, at);

-- Up to which event a person has read.
create table notice_marks (
    user_id uuid    not null primary key references users (id) on delete cascade,
    seen    bigint  not null
);
