-- Urgent notices: each addressee has its ladder until somebody has signed for it.
create table notice_urgent (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  notice {BLOB} not null,
  rung bigint not null,
  due_at bigint,
  planned_at bigint,
  signed_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index notice_urgent_id on notice_urgent (id);
create unique index notice_urgent_once on notice_urgent (notice, unit);

-- Who has heard an alarm: somebody outside the school; the police desk. Nullable: what was sealed before stays as it was.
alter table alarm add column heard_at bigint;
alter table alarm add column linked_at bigint;
