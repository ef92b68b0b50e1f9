-- What a person tells about themselves, and how they want to be spoken to. What is null was never told. SQLite cannot
-- make a column nullable: the table is made anew.
create table profiles_with_names (
    user_id    blob    not null primary key references users (id) on delete cascade,
    country    text    check (length(country) = 2),
    first_name text,
    last_name  text,
    language   text    check (language in ('EN', 'AR')),
    -- A name of the IANA time zone database.
    time_zone  text,
    created_at integer not null,
    updated_at integer not null
) strict;
insert into profiles_with_names (user_id, country, created_at, updated_at)
select user_id, country, updated_at, updated_at from profiles;
drop table profiles;
alter table profiles_with_names rename to profiles;

-- What an account was worth on a day: one row for each key and UTC day on which it could be read.
create table daily_balances (
    exchange_key_id blob    not null references exchange_keys (id) on delete cascade,
    -- The day's first moment.
    day             integer not null,
    total_usd       text    not null,
    captured_at     integer not null,
    primary key (exchange_key_id, day)
) strict;

-- When a key was last put to its exchange, and how often in a row the exchange could not be reached for it.
create table key_checks (
    exchange_key_id blob    not null primary key references exchange_keys (id) on delete cascade,
    checked_at      integer not null,
    failures        integer not null check (failures >= 0)
) strict;
create index key_checks_age on key_checks (checked_at);

-- What people ask the operator.
create table tickets (
    id         blob    not null primary key check (length(id) = 16),
    user_id    blob    not null references users (id),
    subject    text    not null,
    message    text    not null,
    created_at integer not null,
    closed_at  integer,
    closed_by  blob    references users (id),
    check ((closed_at is null) = (closed_by is null))
) strict;
create index tickets_user on tickets (user_id, id);
create index tickets_open on tickets (id) where closed_at is null;
