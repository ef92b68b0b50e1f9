-- Risk rules: bounds that a trader sets on copying, for a follow, for an exchange key, or for all accounts.
create table risk_rules (
    id              blob   not null primary key check (length(id) = 16),
    user_id         blob   not null references users (id) on delete cascade,
    level           text   not null check (level in ('FOLLOW', 'KEY', 'PERSON')),
    follow_id       blob   references follows (id) on delete cascade,
    exchange_key_id blob   references exchange_keys (id) on delete cascade,
    kind            text   not null,
    -- Decimal text, in the unit of the kind.
    threshold       text   not null,
    cool_down_hours integer,
    action          text   not null check (action in ('STOP_ENTRIES', 'FLATTEN')),
    -- What happened before is not counted.
    armed_at        integer,
    -- The last trip: when, until when by itself, the value that broke the rule, and the reading before.
    tripped_at      integer,
    tripped_until   integer,
    trip_seen       text,
    first_seen_at   integer,
    first_seen      text,
    -- Since when positions are being closed; null once that is done.
    closing_since   integer,
    created_at      integer not null,
    updated_at      integer not null,
    check ((level = 'FOLLOW') = (follow_id is not null)),
    check ((level = 'KEY') = (exchange_key_id is not null)),
    check ((tripped_at is null) = (trip_seen is null))
) strict;
create unique index risk_rules_follow on risk_rules (follow_id, kind, action) where level = 'FOLLOW';
create unique index risk_rules_key on risk_rules (exchange_key_id, kind, action) where level = 'KEY';
create unique index risk_rules_person on risk_rules (user_id, kind, action) where level = 'PERSON';
create index risk_rules_user on risk_rules (user_id, id);
create index risk_rules_closing on risk_rules (closing_since) where closing_since is not null;

-- Every trip, with what was seen.
create table risk_trips (
    rule_id       blob   not null references risk_rules (id) on delete cascade,
    at            integer not null,
    user_id       blob   not null references users (id) on delete cascade,
    threshold     text   not null,
    seen          text   not null,
    first_seen_at integer,
    first_seen    text,
    until         integer,
    primary key (rule_id, at)
) strict;
create index risk_trips_user on risk_trips (user_id, at);

-- The daily loss limit of a follow becomes a rule, with the follow's id.
insert into risk_rules (id, user_id, level, follow_id, kind, threshold, action, created_at, updated_at)
select id, user_id, 'FOLLOW', id, 'DAY_LOSS', daily_loss_limit_usd, 'STOP_ENTRIES', created_at, updated_at
from follows where daily_loss_limit_usd is not null and stopped_at is null;
alter table follows drop column daily_loss_limit_usd;

-- Until when a tripped rule stops the follow's entries. Sending a copy and tripping a rule lock the follow's row.
alter table follows add column halted_until integer;

-- The ended copies that rules count.
create index copies_user_finished on copies (user_id, finished_at);
