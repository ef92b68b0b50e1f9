-- When the owner of a private signal source asked the admins to approve it for others; null if no request is open.
alter table own_sources add column approval_requested_at integer;
