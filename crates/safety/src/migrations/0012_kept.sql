-- 启用日: the first day on which duties are expected of a unit here. Null in rows of before: the day of their opening, which
-- is the day on which they were entered. A new column is nullable, so that what was sealed before stays as it was.
alter table unit add column kept_from bigint;
