-- What a strategy's stored backtest was computed over: its candles, and what holding the coin came to over the same time.
create table backtests (
    strategy_id  uuid   not null primary key references strategies (id) on delete cascade,
    bars         bigint not null,
    -- Opening time of the first candle, and the end of the last one.
    first_at     bigint not null,
    last_at      bigint not null,
    -- Change of the price over that time, in percent; decimal text.
    hold_percent text   not null
);

-- Every backtest is computed again, over more candles than before.
update strategies set backtested_at = null where definition is not null;
