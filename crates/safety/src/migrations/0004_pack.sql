-- Policy packs written in the browser: drafts and published editions with all their files; and what a bureau says of
-- school time: days on which schools are shut, terms that go otherwise than by rule.
create table pack_edition (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  code text not null,
  title text not null,
  state text not null,
  edition bigint,
  base {BLOB} not null,
  hash {BLOB} not null,
  effective_on bigint,
  files text not null,
  reason text,
  made_by {BLOB},
  made_at bigint not null,
  published_by {BLOB},
  published_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index pack_edition_id on pack_edition (id);
create index pack_edition_at on pack_edition (received_at, id);

create table school_time (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  kind text not null,
  year bigint,
  season text,
  from_on bigint not null,
  until_on bigint not null,
  reason text not null,
  made_by {BLOB},
  void_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index school_time_id on school_time (id);
create index school_time_unit on school_time (unit, from_on);
