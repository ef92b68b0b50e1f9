-- What the desk does with an open trade by itself: breakeven after a number of take-profits, a trailing stop, and a time limit.
-- A trade without a row has none of them. Prices and percentages are exact decimals as text.
create table trade_automations (
    intent_id        blob    not null primary key references intents (id) on delete cascade,
    -- The number of filled take-profits after which the stop moves to breakeven, and when it has.
    breakeven_after  integer,
    breakeven_at     integer,
    -- The distance of the trailing stop from the peak, in percent; the price that it follows; and the peak when the stop last moved.
    trailing_percent text,
    price_source     text    not null check (price_source in ('last', 'mark')),
    peak             text,
    -- How long the trade may be open, in minutes, and when it was found to be over.
    time_limit       integer,
    over_at          integer,
    -- By how much moves of the desk have incremented the trade's version, which counts only changes by its owner.
    moves            integer not null default 0
) strict;
