-- The position that a fill changed. Before hedge mode was supported, accounts had only one on each market.
alter table fills add column position_side text not null default 'BOTH'
    check (position_side in ('BOTH', 'LONG', 'SHORT'));
