-- The closed loop of notice item 2.6: check, hazard, step.
create table check_run (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  title text not null,
  by_person {BLOB} not null,
  with_people text,
  by_post {BLOB},
  recorded_by {BLOB},
  began_at bigint not null,
  ended_at bigint not null,
  places bigint not null,
  found bigint not null,
  skipped bigint not null,
  note text,
  back_reason text,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index check_run_id on check_run (id);
create index check_run_unit on check_run (unit, received_at);
create index check_run_at on check_run (received_at, id);

create table check_place (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  check_run {BLOB} not null,
  unit {BLOB} not null,
  place {BLOB} not null,
  result text not null,
  seen_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index check_place_run on check_place (check_run);
create index check_place_unit on check_place (unit, seen_at);
create index check_place_place on check_place (place, seen_at);

create table hazard (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  year bigint not null,
  serial bigint not null,
  number text not null,
  what text not null,
  find text not null,
  place {BLOB},
  place_text text,
  category text,
  grade text,
  term text,
  state text not null,
  open bigint not null,
  turn_person {BLOB},
  turn_role text,
  check_run {BLOB},
  raised_by {BLOB} not null,
  raised_at bigint not null,
  lead {BLOB},
  helpers text,
  assignee {BLOB},
  assigned_at bigint,
  due_at bigint,
  fix_by bigint,
  declined bigint not null,
  extended bigint not null,
  extend_to bigint,
  protection text,
  measure text,
  rectified_by {BLOB},
  rectified_at bigint,
  rechecked_by {BLOB},
  rechecked_at bigint,
  closed_by {BLOB},
  closed_at bigint,
  returns bigint not null,
  late bigint not null,
  recurs {BLOB},
  recurrence bigint not null,
  reported_to {BLOB},
  agency {BLOB},
  listed_number text,
  listed_at bigint,
  listed_by {BLOB},
  five text,
  back_reason text,
  void_reason text,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index hazard_id on hazard (id);
create index hazard_at on hazard (received_at, id);
create index hazard_county_at on hazard (county, received_at, id);
create index hazard_unit_at on hazard (unit, received_at, id);
create index hazard_open_at on hazard (open, received_at, id);
create index hazard_county_open on hazard (county, open, received_at, id);
create index hazard_unit_open on hazard (unit, open, received_at, id);
create index hazard_turn on hazard (turn_person, open);
create index hazard_reported on hazard (reported_to, open);
create index hazard_agency on hazard (agency, received_at, id);
create index hazard_serial on hazard (unit, year, serial);
create index hazard_place on hazard (place, category);
create index hazard_check on hazard (check_run);

create table hazard_step (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  hazard {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  act text not null,
  state text not null,
  by_person {BLOB},
  by_role text,
  by_post {BLOB},
  recorded_by {BLOB},
  note text,
  photos text,
  change text,
  planned_at bigint,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index hazard_step_hazard on hazard_step (hazard, serial);
