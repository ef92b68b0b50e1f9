-- What people may do. The public plans have the ids of the Mudawyl document; FREE holds the limits of live mode.
create table plans (
    id                 blob    not null primary key check (length(id) = 16),
    name               text    not null unique,
    public             integer not null check (public in (0, 1)),
    monthly_price_usd  integer not null check (monthly_price_usd >= 0),
    max_balance_usd    integer check (max_balance_usd >= 0),
    max_api_key        integer check (max_api_key >= 0),
    strategy_automated integer not null check (strategy_automated in (0, 1)),
    manual_keys        integer not null check (manual_keys in (0, 1)),
    position           integer not null
) strict;

insert into plans values
    (x'00000000000070008000000000000001', 'FREE', 0, 0, 500, 1, 0, 0, 0),
    (x'336e0577784d44828a3746649118aa51', 'BASIC', 1, 20, 2500, 2, 1, 0, 1),
    (x'eedb670940be4425bc8c3f27b0f16606', 'ADVANCED', 1, 40, 5000, 3, 1, 0, 2),
    (x'd6e3155bcaed449cb95b857f1b765040', 'PROFESSIONAL', 1, 60, 10000, 5, 1, 0, 3),
    (x'00000000000070008000000000000002', 'EXPERT', 0, 0, null, null, 1, 1, 4);
