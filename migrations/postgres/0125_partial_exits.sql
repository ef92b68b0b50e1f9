-- Of an exit's copy: the share of the position to close in percent, as canonical decimal text; null for the whole position.
alter table copies add column exit_percent text;
