-- Two characters that every client order id of this install carries, so that a desk knows its own orders at an exchange. They are in
-- the database, so a restored desk has them too.
create table installs (
    id         integer not null primary key check (id = 1),
    code       text not null check (length(code) = 2),
    created_at integer not null,
    -- Set in a backup alone: a desk that starts on it was restored.
    copied_at  integer
) strict;

-- Accounts whose orders and positions at the exchange are not those that this database knows, as after a restore. Nothing is entered,
-- cancelled or closed on them by the desk itself until an operator has confirmed the differences.
create table key_reviews (
    exchange_key_id blob not null primary key references exchange_keys (id) on delete cascade,
    -- What the exchange shows and the database did not know, as JSON; none while nobody has looked yet.
    differences     text,
    created_at      integer not null
) strict;
