-- The order of a strategy's signals. Ids and `at` come from wall clocks, which are set back and differ between machines;
-- `seq` is counted up in the transaction that accepts the signal, so commit order is sequence order within a strategy.
alter table signals add column seq integer not null default 0;

update signals set seq = numbered.seq from (
    select id, row_number() over (partition by strategy_id order by at, id) as seq from signals
) as numbered where numbered.id = signals.id;

create unique index signals_seq on signals (strategy_id, seq);
drop index signals_strategy;

-- The last number given out per strategy. Its row is locked until the accepting transaction ends.
create table signal_sequences (
    strategy_id blob    not null primary key references strategies (id) on delete cascade,
    last_seq    integer not null
) strict;
insert into signal_sequences (strategy_id, last_seq)
select strategy_id, max(seq) from signals group by strategy_id;

-- How often an exit was tried and refused: it is tried again, with a longer pause each time, until the position is closed.
alter table copies add column attempts integer not null default 0;
