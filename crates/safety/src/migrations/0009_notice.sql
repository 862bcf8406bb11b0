-- Notices on their way down: the pack's notice and the 专项 notices of a year, signed for, answered; and the layers that
-- a county or a school puts on top of the pack.
create table notice (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  kind text not null,
  number text,
  title text not null,
  body text not null,
  clause text not null,
  pack_hash {BLOB} not null,
  kinds text not null,
  units text not null,
  figures text not null,
  category text,
  asks text not null,
  from_on bigint not null,
  due_on bigint not null,
  by_person {BLOB},
  by_post {BLOB},
  ended_on bigint,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index notice_id on notice (id);
create index notice_unit on notice (unit, received_at);

create table notice_sign (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  notice {BLOB} not null,
  person {BLOB} not null,
  post {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index notice_sign_id on notice_sign (id);
create index notice_sign_once on notice_sign (notice, unit);

create table notice_answer (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  notice {BLOB} not null,
  typed text not null,
  person {BLOB} not null,
  post {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index notice_answer_id on notice_answer (id);
create index notice_answer_once on notice_answer (notice, unit);

create table layer (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  entry text not null,
  title text not null,
  clause text not null,
  times bigint,
  period text,
  grace_days bigint,
  until text,
  note text,
  from_on bigint not null,
  ended_on bigint,
  by_person {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index layer_id on layer (id);
create index layer_unit on layer (unit, entry);
