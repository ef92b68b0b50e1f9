-- Addresses of users' own programs that receive the users' events.
create table event_webhooks (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    not null references users (id) on delete cascade,
    name            text    not null,
    url             text    not null,
    -- The topics, separated by spaces.
    topics          text    not null,
    sealed_secret   blob    not null,
    -- The secret before the last rotation, which signs too until then.
    sealed_previous blob,
    previous_until  integer,
    disabled        text    check (disabled in ('OWNER', 'FAILING')),
    -- Events up to this number have their deliveries.
    after_seq       integer not null,
    failing_since   integer,
    -- The instance that delivers, and until when no other one may.
    holder          text,
    held_until      integer,
    created_at      integer not null,
    check ((sealed_previous is null) = (previous_until is null))
) strict;
create index event_webhooks_user on event_webhooks (user_id);

-- The deliveries of each webhook: those that wait, and the newest of the others as its log.
create table event_deliveries (
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
                                               'INTERRUPTED')),
    unique (webhook_id, seq)
) strict;
create index event_deliveries_due on event_deliveries (webhook_id, next_attempt_at) where next_attempt_at is not null;
