-- Private signal sources whose alerts decide the size of their owner's copies: a source without a row uses the risk
-- profile of the follow.
create table sized_sources (
    strategy_id uuid   not null primary key references own_sources (strategy_id) on delete cascade,
    since       bigint not null
);

-- The sizes that alerts of these sources asked for.
create table signal_sizes (
    signal_id uuid not null primary key references signals (id) on delete cascade,
    amount    text not null,
    unit      text not null check (unit in ('base', 'quote', 'margin_percent', 'position_percent'))
);
