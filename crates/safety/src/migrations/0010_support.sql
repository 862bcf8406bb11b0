-- Help for weak schools (帮扶): a status that a person gives with reasons and ends; guidance given to any school.
create table support (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  by_unit {BLOB} not null,
  reasons text not null,
  plan text not null,
  helper {BLOB} not null,
  named_by {BLOB},
  began_on bigint not null,
  ended_on bigint,
  end_reason text,
  ended_by {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index support_id on support (id);
create index support_unit on support (unit, began_on);

create table support_visit (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  by_unit {BLOB} not null,
  support {BLOB},
  visited_on bigint not null,
  by_person {BLOB},
  with_people text,
  seen text not null,
  advised text not null,
  done text,
  done_on bigint,
  done_by {BLOB},
  back_reason text,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index support_visit_id on support_visit (id);
create index support_visit_unit on support_visit (unit, visited_on);
create index support_visit_support on support_visit (support);
