-- What the public tells a bureau of a school (举报), without an account; and whether a bureau takes such tips.
create table tip (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  code {BLOB} not null,
  kind text not null,
  what text not null,
  happened_on bigint,
  contact text,
  state text not null,
  outcome text,
  answer text,
  taken_by {BLOB},
  taken_at bigint,
  closed_by {BLOB},
  closed_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index tip_id on tip (id);
create unique index tip_code on tip (code);
create index tip_unit on tip (unit, received_at);
create index tip_state on tip (state, received_at);

create table tip_gate (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  opened_by {BLOB},
  closed_by {BLOB},
  closed_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index tip_gate_id on tip_gate (id);
create index tip_gate_unit on tip_gate (unit, closed_at);
