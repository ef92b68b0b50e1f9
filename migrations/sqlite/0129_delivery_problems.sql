-- Deliveries to hosts that the admin has not listed have a problem of their own. SQLite cannot change a check.
create table event_deliveries_new (
    id              blob    not null primary key check (length(id) = 16),
    webhook_id      blob    not null references event_webhooks (id) on delete cascade,
    -- The event's number; null for a test.
    seq             integer,
    kind            text    not null,
    body            text    not null,
    created_at      integer not null,
    -- Counted before each attempt.
    attempts        integer not null,
    -- Null after the delivery succeeded or failed for good.
    next_attempt_at integer,
    attempted_at    integer,
    delivered_at    integer,
    status          integer,
    duration_ms     integer,
    answer          text,
    problem         text    check (problem in ('STATUS', 'TIMEOUT', 'NOT_PUBLIC', 'NO_ADDRESS', 'CONNECTION',
                                               'INTERRUPTED', 'NOT_ALLOWED')),
    unique (webhook_id, seq)
) strict;
insert into event_deliveries_new select * from event_deliveries;
drop table event_deliveries;
alter table event_deliveries_new rename to event_deliveries;
create index event_deliveries_due on event_deliveries (webhook_id, next_attempt_at) where next_attempt_at is not null;
