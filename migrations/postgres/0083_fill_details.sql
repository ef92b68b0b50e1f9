-- Fills keep what positions are computed from: fills of earlier versions have the fee only, and none of these columns.
alter table fills add column client_order_id text;
alter table fills add column side text check (side in ('BUY', 'SELL'));
alter table fills add column price text;
alter table fills add column amount text;
alter table fills add column realized text;

-- Funding that accounts paid, each payment once by the exchange's id for it. A negative amount was received.
create table funding_payments (
    exchange_key_id uuid    not null references exchange_keys (id) on delete cascade,
    symbol          text    not null,
    payment_id      text    not null,
    at              bigint  not null,
    paid            text    not null,
    primary key (exchange_key_id, symbol, payment_id)
);
create index funding_payments_at on funding_payments (exchange_key_id, at);
