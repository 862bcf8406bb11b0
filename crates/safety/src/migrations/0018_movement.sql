-- Movement of a whole school (错时放学, 疏散, 大型活动): what its buildings are, timetables approved by somebody else, a card
-- for every way that may be shut, posts at the stairs, large events.
create table building (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  edition bigint not null,
  doc text not null,
  typed text,
  hash text not null,
  classes bigint not null,
  edges bigint not null,
  fitted_from {BLOB},
  by_person {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index building_id on building (id);
create unique index building_unit on building (unit, edition);

create table movement (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  building {BLOB} not null,
  hash text not null,
  kind text not null,
  title text not null,
  note text,
  state text not null,
  makespan_s bigint not null,
  bound_s bigint not null,
  floor_s bigint not null,
  doc text not null,
  evacuation text not null,
  picture text not null,
  phone text not null,
  evacuation_picture text not null,
  from_on bigint,
  made_by {BLOB},
  asked_by {BLOB},
  asked_at bigint,
  decided_by {BLOB},
  decided_at bigint,
  back_reason text,
  ended_on bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index movement_id on movement (id);
create index movement_unit on movement (unit, received_at, id);

create table movement_card (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  movement {BLOB} not null,
  serial bigint not null,
  edge text not null,
  place {BLOB},
  makespan_s bigint not null,
  bound_s bigint not null,
  doc text not null,
  phone text not null,
  hazard {BLOB},
  used_on bigint,
  used_by {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index movement_card_id on movement_card (id);
create index movement_card_of on movement_card (movement, serial);
create index movement_card_used on movement_card (unit, used_on);

create table movement_post (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  weekday bigint not null,
  serial bigint not null,
  place text not null,
  task text,
  at_text text not null,
  person {BLOB} not null,
  substitute {BLOB},
  from_on bigint not null,
  ended_on bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index movement_post_id on movement_post (id);
create index movement_post_unit on movement_post (unit, from_on);

create table movement_day (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  post {BLOB} not null,
  held_on bigint not null,
  stood text not null,
  person {BLOB},
  note text,
  by_person {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index movement_day_id on movement_day (id);
create unique index movement_day_post on movement_day (post, held_on);
create index movement_day_unit on movement_day (unit, held_on);

create table movement_finding (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  building {BLOB} not null,
  subject text not null,
  hazard {BLOB} not null,
  received_at bigint not null,
  primary key (county, id)
);
create index movement_finding_id on movement_finding (id);
create index movement_finding_unit on movement_finding (unit, subject);

create table gathering (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  title text not null,
  held_on bigint not null,
  at_text text not null,
  place text not null,
  people bigint not null,
  guests bigint not null,
  lead {BLOB} not null,
  routes text not null,
  posts text not null,
  weather text not null,
  emergency text not null,
  outside bigint not null,
  state text not null,
  movement {BLOB},
  asked_by {BLOB},
  asked_at bigint,
  school_by {BLOB},
  school_at bigint,
  bureau_by {BLOB},
  bureau_at bigint,
  back_reason text,
  outcome text,
  made_by {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index gathering_id on gathering (id);
create index gathering_unit on gathering (unit, received_at, id);
