-- The position's amount in base units before a trade was opened beside others that share it; null for a trade that replaced what was open
-- on its market.
alter table protected_trades add column held_before text;
