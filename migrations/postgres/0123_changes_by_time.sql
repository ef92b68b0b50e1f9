-- The desk's own decisions about a trade, such as adopting its position or closing it at its time limit, have no intent of their own:
-- their entries have the id of the trade's intent. So a change is identified by its time, too.
alter table trade_changes drop constraint trade_changes_pkey;
alter table trade_changes add primary key (trade_id, at, id);
