-- Who a person is to the payment provider, and when it was last asked about them.
create table billing_customers (
    user_id     blob    not null primary key references users (id) on delete cascade,
    customer_id text    not null unique,
    created_at  integer not null,
    asked_at    integer not null
) strict;
create index billing_customers_asked on billing_customers (asked_at);

-- Subscriptions as the provider last told them. It decides; this is a copy that outlives its silence.
create table subscriptions (
    id                   text    not null primary key,
    user_id              blob    not null references users (id) on delete cascade,
    plan_id              blob    not null references plans (id),
    item_id              text    not null,
    state                text    not null,
    amount               integer not null,
    currency             text    not null,
    billing_interval     text    not null,
    trial_period_days    integer,
    period_start         integer not null,
    period_end           integer not null,
    cancel_at_period_end integer not null check (cancel_at_period_end in (0, 1)),
    cancel_at            integer,
    trial_start          integer,
    trial_end            integer,
    created_at           integer not null,
    asked_at             integer not null,
    -- Counts every change: of two who saw the same row, one writes.
    version              integer not null,
    -- What its owner was told last: of which period's failed payment, of which end to come, and that it lapsed.
    told_failed          integer,
    told_ending          integer,
    told_lapsed          integer
) strict;
create index subscriptions_user on subscriptions (user_id);
create index subscriptions_period on subscriptions (period_end);

-- What we decided to ask of the provider, written before it is asked. The id is the idempotency key.
create table billing_operations (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    not null references users (id) on delete cascade,
    kind            text    not null,
    status          text    not null,
    plan_id         blob    references plans (id),
    subscription_id text,
    cancel          integer check (cancel in (0, 1)),
    session_id      text,
    url             text,
    expires_at      integer,
    created_at      integer not null,
    updated_at      integer not null
) strict;
create unique index billing_operations_working on billing_operations (user_id) where status = 'working';
create unique index billing_operations_open on billing_operations (user_id) where status = 'open';

-- Messages of the provider that were heard; each is acted upon once.
create table billing_events (
    id         text    not null primary key,
    handled_at integer not null
) strict;
create index billing_events_handled on billing_events (handled_at);

-- Plans that the operator gave to a person.
create table plan_grants (
    user_id    blob    not null primary key references users (id) on delete cascade,
    plan_id    blob    not null references plans (id),
    granted_by blob    references users (id) on delete set null,
    granted_at integer not null
) strict;
