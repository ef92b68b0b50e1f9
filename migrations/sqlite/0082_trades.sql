-- Trades: what each opening order made, manual or copied. Written in the transactions that change the intent, and closed when its
-- position is settled. Amounts and prices are exact decimals as text.
create table trades (
    intent_id       blob    not null primary key references intents (id) on delete cascade,
    user_id         blob    not null references users (id),
    exchange_key_id blob    not null check (length(exchange_key_id) = 16),
    symbol          text    not null,
    side            text    not null check (side in ('BUY', 'SELL')),
    source          text    not null check (source in ('MANUAL', 'COPY')),
    -- OPENING: its entry may still fill. CANCELED: its entry ended without a fill. FAILED: its entry was refused or given up.
    status          text    not null check (status in ('OPENING', 'OPEN', 'CLOSED', 'CANCELED', 'FAILED')),
    -- Filled amount and average price of the entry.
    amount          text    not null,
    entry_price     text,
    exit_price      text,
    -- Realized profit and fees in the quote asset, and funding as far as it is known.
    realized        text,
    fees            text,
    funding         text,
    -- Loss of the entry's amount at the first requested stop, without fees.
    risk            text,
    exit_reason     text,
    note            text    not null default '',
    tags            text    not null default '[]',
    -- Grows with each change by its owner.
    version         integer not null default 0,
    opened_at       integer,
    closed_at       integer,
    created_at      integer not null
) strict;
create index trades_user on trades (user_id, intent_id);
create index trades_open on trades (user_id, intent_id) where status in ('OPENING', 'OPEN');
create index trades_market on trades (exchange_key_id, symbol, intent_id);

-- The requested levels of each change, and those in force before it, as JSON.
create table trade_changes (
    id       blob    not null primary key references intents (id) on delete cascade,
    trade_id blob    not null references intents (id) on delete cascade,
    user_id  blob    not null references users (id),
    before   text    not null,
    after    text    not null,
    at       integer not null
) strict;
create index trade_changes_trade on trade_changes (trade_id, id);

-- Every manual order and copy that is stored with its entry becomes a trade. How and when earlier ones ended is not known here, except
-- for copies, whose result was recorded: after fees and funding, which are not known separately.
insert into trades (intent_id, user_id, exchange_key_id, symbol, side, source, status, amount, entry_price, exit_price, realized,
    exit_reason, opened_at, closed_at, created_at)
select o.id, o.user_id, o.exchange_key_id, o.symbol, o.side,
       case when o.copy is null then 'MANUAL' else 'COPY' end,
       case when o.has_fill or o.entered_at is not null or o.copy in ('OPEN', 'CLOSED')
                 then case when o.pending or o.supervised then 'OPEN' else 'CLOSED' end
            when o.pending then 'OPENING'
            when o.failed then 'FAILED'
            else 'CANCELED' end,
       case when o.has_fill then o.filled when o.copy in ('OPEN', 'CLOSED') then coalesce(o.copied_amount, '0') else '0' end,
       coalesce(o.average, case when o.copy in ('OPEN', 'CLOSED') then o.copied_price end),
       o.exit_price, o.profit_usd, o.exit_reason,
       coalesce(o.entered_at, case when o.has_fill then o.created_at end, o.copied_at),
       case when o.pending or o.supervised then null
            when o.has_fill or o.entered_at is not null or o.copy in ('OPEN', 'CLOSED') then coalesce(o.copy_ended_at, o.ended_at)
            else o.finished_at end,
       o.created_at
from (
    select i.id, i.user_id, i.exchange_key_id, i.symbol, i.created_at, i.finished_at,
           i.status in ('working', 'waiting') as pending, i.status = 'failed' as failed,
           json_extract(e.body, '$.order.side') as side, json_extract(e.order_json, '$.filled') as filled,
           json_extract(e.order_json, '$.average') as average,
           coalesce(cast(json_extract(e.order_json, '$.filled') as real), 0) > 0 as has_fill,
           c.status as copy, c.amount as copied_amount, c.entry_price as copied_price, c.opened_at as copied_at,
           c.finished_at as copy_ended_at, c.exit_price, c.profit_usd, c.exit_reason,
           p.entered_at, p.ended_at, p.intent_id is not null and p.ended_at is null as supervised
    from intents i join intent_legs e on e.intent_id = i.id and e.role = 'entry'
    left join copies c on c.id = i.id
    left join protected_trades p on p.intent_id = i.id
    where i.kind = 'open' and i.trade_type = 'FUTURES'
) o
where o.side in ('BUY', 'SELL');
