-- What a person tells about themselves, and how they want to be spoken to. What is null was never told.
alter table profiles alter column country drop not null;
alter table profiles add column first_name text;
alter table profiles add column last_name text;
alter table profiles add column language text check (language in ('EN', 'AR'));
-- A name of the IANA time zone database.
alter table profiles add column time_zone text;
alter table profiles add column created_at bigint;
update profiles set created_at = updated_at;
alter table profiles alter column created_at set not null;

-- What an account was worth on a day: one row for each key and UTC day on which it could be read.
create table daily_balances (
    exchange_key_id uuid    not null references exchange_keys (id) on delete cascade,
    -- The day's first moment.
    day             bigint  not null,
    total_usd       text    not null,
    captured_at     bigint  not null,
    primary key (exchange_key_id, day)
);

-- When a key was last put to its exchange, and how often in a row the exchange could not be reached for it.
create table key_checks (
    exchange_key_id uuid    not null primary key references exchange_keys (id) on delete cascade,
    checked_at      bigint  not null,
    failures        bigint  not null check (failures >= 0)
);
create index key_checks_age on key_checks (checked_at);

-- What people ask the operator.
create table tickets (
    id         uuid    not null primary key,
    user_id    uuid    not null references users (id),
    subject    text    not null,
    message    text    not null,
    created_at bigint  not null,
    closed_at  bigint,
    closed_by  uuid    references users (id),
    check ((closed_at is null) = (closed_by is null))
);
create index tickets_user on tickets (user_id, id);
create index tickets_open on tickets (id) where closed_at is null;
