-- Tries that failed, apart from those that the far side put off or that a dying sender took with it.
alter table outbox add column failed bigint not null default 0;
