-- What people may do. The public plans have the ids of the Mudawyl document; FREE holds the limits of live mode.
create table plans (
    id                 uuid    not null primary key,
    name               text    not null unique,
    public             boolean not null,
    monthly_price_usd  bigint  not null check (monthly_price_usd >= 0),
    max_balance_usd    bigint  check (max_balance_usd >= 0),
    max_api_key        bigint  check (max_api_key >= 0),
    strategy_automated boolean not null,
    manual_keys        boolean not null,
    position           bigint  not null
);

insert into plans values
    ('00000000-0000-7000-8000-000000000001', 'FREE', false, 0, 500, 1, false, false, 0),
    ('336e0577-784d-4482-8a37-46649118aa51', 'BASIC', true, 20, 2500, 2, true, false, 1),
    ('eedb6709-40be-4425-bc8c-3f27b0f16606', 'ADVANCED', true, 40, 5000, 3, true, false, 2),
    ('d6e3155b-caed-449c-b95b-857f1b765040', 'PROFESSIONAL', true, 60, 10000, 5, true, false, 3),
    ('00000000-0000-7000-8000-000000000002', 'EXPERT', false, 0, null, null, true, true, 4);
