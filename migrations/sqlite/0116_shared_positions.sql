-- The position's amount in base units before a trade was opened beside others that share it; null for a trade that replaced what was open
-- on its market.
alter table protected_trades add column held_before text;
-- The amount in base units of a trade on a shared position that was closed outside Slipstream, where it is not known whose part that was.
alter table protected_trades add column lost text;
