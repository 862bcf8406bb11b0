-- The roll: classes of a school and what holds of them from a day on; pupils by name only where a noun needs names.
create table class (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  opened_on bigint not null,
  closed_on bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index class_id on class (id);
create index class_unit on class (unit);

create table class_span (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  class {BLOB} not null,
  grade bigint not null,
  serial bigint not null,
  name text not null,
  teacher {BLOB},
  pupils bigint not null,
  boarders bigint not null,
  riders bigint not null,
  from_on bigint not null,
  until_on bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index class_span_id on class_span (id);
create index class_span_unit on class_span (unit, from_on);
create index class_span_class on class_span (class, from_on);
create index class_span_teacher on class_span (teacher);

create table pupil (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  name text,
  find text not null,
  boards bigint not null,
  rides bigint not null,
  erased_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index pupil_id on pupil (id);
create index pupil_unit on pupil (unit, find);

create table pupil_span (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  pupil {BLOB} not null,
  class {BLOB} not null,
  from_on bigint not null,
  until_on bigint,
  ended text,
  received_at bigint not null,
  primary key (county, id)
);
create index pupil_span_id on pupil_span (id);
create index pupil_span_pupil on pupil_span (pupil, from_on);
create index pupil_span_class on pupil_span (class, from_on);
