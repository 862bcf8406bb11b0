-- 一键报警 (5.2): the alarm, its steps, who is accounted for, buttons on walls, and which agency hears a county's alarms.
create table alarm (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  year bigint not null,
  serial bigint not null,
  number text not null,
  place {BLOB},
  place_text text,
  state text not null,
  open bigint not null,
  test bigint not null,
  source text not null,
  button {BLOB},
  agency {BLOB},
  raised_by {BLOB},
  rung bigint not null,
  due_at bigint,
  acked_at bigint,
  acked_by {BLOB},
  on_site_at bigint,
  ended_at bigint,
  ended_by {BLOB},
  outcome text,
  end_reason text,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index alarm_id on alarm (id);
create index alarm_unit on alarm (unit, received_at);
create unique index alarm_number on alarm (unit, year, serial);
create index alarm_open on alarm (unit) where open = 1;
create index alarm_at on alarm (received_at, id);
create index alarm_agency on alarm (agency, received_at);

create table alarm_step (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  alarm {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  act text not null,
  state text not null,
  by_person {BLOB},
  by_unit {BLOB},
  by_role text,
  by_post {BLOB},
  rung bigint not null,
  note text,
  planned_at bigint,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index alarm_step_id on alarm_step (id);
create index alarm_step_alarm on alarm_step (alarm, serial);
create index alarm_step_unit on alarm_step (unit, id);

create table alarm_roll (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  alarm {BLOB} not null,
  unit {BLOB} not null,
  class {BLOB} not null,
  state text not null,
  missing bigint not null,
  by_person {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index alarm_roll_id on alarm_roll (id);
create unique index alarm_roll_class on alarm_roll (alarm, class);

create table alarm_button (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  place {BLOB},
  name text not null,
  address {BLOB} not null,
  ended_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index alarm_button_id on alarm_button (id);
create index alarm_button_unit on alarm_button (unit);
create unique index alarm_button_address on alarm_button (address);

create table alarm_line (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  agency {BLOB} not null,
  ended_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index alarm_line_id on alarm_line (id);
create index alarm_line_unit on alarm_line (unit) where ended_at is null;
