-- When the archive was done with a finished intent: everything that may leave the database has left. The index has the intents that
-- the archive still visits. From here on, intents.answer is not written: the legs have the same orders.
alter table intents add column archived_at integer;
create index intents_unarchived on intents (id) where finished_at is not null and archived_at is null;
