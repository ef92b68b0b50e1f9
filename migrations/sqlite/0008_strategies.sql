-- Strategies, what they signalled and what that came to, and the candles that they are computed from.
-- For whoever builds on this: amounts and prices are canonical decimal text; a strategy without a definition is decided
-- by an outside brain alone (webhook or by hand); `hook_token_hash` is the SHA-256 of the hook's token;
-- `backtested_at` is null while the backtest is due: the definition is new, or candles came.
create table strategies (
    id              blob    not null primary key check (length(id) = 16),
    name            text    not null unique,
    description     text,
    exchange_id     text    not null,
    symbol          text    not null,
    timeframe_s     integer not null check (timeframe_s > 0),
    definition      text,
    active          integer not null check (active in (0, 1)),
    hook_token_hash blob unique check (length(hook_token_hash) = 32),
    position        integer not null,
    backtested_at   integer,
    created_at      integer not null,
    updated_at      integer not null
) strict;
create index strategies_market on strategies (symbol) where active = 1;

create table candles (
    exchange_id text    not null,
    symbol      text    not null,
    timeframe_s integer not null check (timeframe_s > 0),
    opens_at    integer not null,
    open        text    not null,
    high        text    not null,
    low         text    not null,
    close       text    not null,
    volume      text    not null,
    primary key (exchange_id, symbol, timeframe_s, opens_at)
) strict;

-- A strategy's instruction to trade. The two unique keys make it count once, however often it is said: an outside brain's
-- alert by its own id, a bar's decision by its bar, also when two instances decide it.
create table signals (
    id            blob    not null primary key check (length(id) = 16),
    strategy_id   blob    not null references strategies (id),
    source        text    not null check (source in ('EVALUATOR', 'HOOK', 'HAND')),
    action        text    not null check (action in ('ENTER', 'EXIT')),
    side          text check (side in ('BUY', 'SELL')),
    price         text,
    stop          text,
    targets       text    not null,
    external_id   text,
    bar_at        integer,
    at            integer not null,
    fanned_out_at integer,
    unique (strategy_id, external_id),
    unique (strategy_id, bar_at, action),
    check ((action = 'ENTER') = (side is not null)),
    check ((action = 'ENTER') = (stop is not null))
) strict;
create index signals_strategy on signals (strategy_id, id);
create index signals_due on signals (id) where fanned_out_at is null;

-- What a strategy's own decisions came to, from a backtest or live; never what one follower's account made of them.
-- A signal is traded once, also when two instances keep the record.
create table strategy_trades (
    id             blob    not null primary key check (length(id) = 16),
    strategy_id    blob    not null references strategies (id) on delete cascade,
    kind           text    not null check (kind in ('BACKTEST', 'LIVE')),
    signal_id      blob unique references signals (id),
    side           text    not null check (side in ('BUY', 'SELL')),
    entered_at     integer not null,
    entry_price    text    not null,
    stop           text,
    exited_at      integer,
    exit_price     text,
    exit_reason    text,
    profit_percent text,
    check ((exited_at is null) = (exit_price is null))
) strict;
create index strategy_trades_strategy on strategy_trades (strategy_id, kind, entered_at);
create index strategy_trades_open on strategy_trades (strategy_id) where exited_at is null;
