-- The protection that is wanted for each position that an intent of ours opens: desired state, pursued by the supervisor until
-- the exchange shows the position at zero. Written with the intent that opens the position.
create table protected_trades (
    -- Counts up in the order in which the rows were written: clocks are set back, and instances have several.
    seq             integer not null primary key autoincrement,
    intent_id       blob    not null unique references intents (id) on delete cascade,
    user_id         blob    not null references users (id),
    exchange_key_id blob    not null check (length(exchange_key_id) = 16),
    symbol          text    not null,
    position_side   text    not null check (position_side in ('BOTH', 'LONG', 'SHORT')),
    side            text    not null check (side in ('BUY', 'SELL')),
    wanted          text    not null check (wanted in ('STOP', 'NO_STOP', 'CLOSED')),
    -- When the desk first knew of a fill of its entry.
    entered_at      integer,
    -- When its owner was told that the position is without the protection that is wanted.
    told_at         integer,
    created_at      integer not null
) strict;
create index protected_trades_market on protected_trades (exchange_key_id, symbol, position_side);

-- What an earlier release left open: entries at work or resting, manual positions whose protective orders it looked at, and
-- copies. Whoever asked for a stop gets one wanted; nothing is closed or cancelled.
insert into protected_trades
    (intent_id, user_id, exchange_key_id, symbol, position_side, side, wanted, entered_at, created_at)
select i.id, i.user_id, i.exchange_key_id, i.symbol, 'BOTH', json_extract(e.body, '$.order.side'),
       case when exists (select 1 from intent_legs s where s.intent_id = i.id and s.role = 'stop')
            then 'STOP' else 'NO_STOP' end,
       case when i.status in ('working', 'waiting') then null else i.created_at end, i.created_at
from intents i join intent_legs e on e.intent_id = i.id and e.role = 'entry'
where i.kind = 'open' and i.trade_type = 'FUTURES'
  and (i.status in ('working', 'waiting')
       or exists (select 1 from protections p where p.intent_id = i.id)
       or exists (select 1 from copies c where c.id = i.id and c.action = 'ENTER'
                  and (c.status in ('SENDING', 'OPEN') or (c.status = 'FAILED' and c.reason = 'STOP_REFUSED'))))
order by i.created_at, i.id;
drop table protections;
