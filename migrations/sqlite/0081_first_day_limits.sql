-- First-day limits of keys that were connected in live mode: the highest value of an order, and the only market that may be entered.
create table first_day_limits (
    exchange_key_id blob    not null primary key references exchange_keys (id) on delete cascade,
    -- In USD, canonical decimal text.
    cap_usd         text    not null,
    -- None until the first order.
    market          text,
    started_at      integer not null,
    -- When they end by themselves; none if only their owner ends them.
    ends_at         integer,
    -- When their owner ended them.
    ended_at        integer
) strict;
