-- Reporting of incidents (notice item 1.2): head, every version of every report, what each level owes upward and by
-- when, the history, and the zero report.
create table incident (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  year bigint not null,
  serial bigint not null,
  number text not null,
  kind text not null,
  family text not null,
  what text,
  place {BLOB},
  place_text text,
  find text not null,
  state text not null,
  open bigint not null,
  grade text not null,
  class text not null,
  happened_at bigint not null,
  known_at bigint not null,
  hurt bigint,
  sent bigint,
  serious bigint,
  dead bigint,
  missing bigint,
  loss bigint,
  facts text,
  reports bigint not null,
  reported_by {BLOB},
  first_at bigint not null,
  last_at bigint not null,
  follow_due_at bigint,
  final_due_at bigint,
  window_until bigint not null,
  ended_at bigint,
  final_at bigint,
  final_report {BLOB},
  final_signed_at bigint,
  closed_at bigint,
  late bigint not null,
  void_reason text,
  pack_hash {BLOB} not null,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index incident_id on incident (id);
create index incident_at on incident (received_at, id);
create index incident_county_at on incident (county, received_at, id);
create index incident_unit_at on incident (unit, received_at, id);
create index incident_open_at on incident (open, received_at, id);
create index incident_unit_known on incident (unit, known_at);
create index incident_serial on incident (unit, year, serial);

-- One version of what was told: 初报, 续报, 更正, 终报. Only an erasure of a name ever changes such a row.
create table incident_report (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  incident {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  kind text not null,
  incident_kind text not null,
  family text not null,
  what text,
  place {BLOB},
  place_text text,
  happened_at bigint not null,
  known_at bigint not null,
  hurt bigint,
  sent bigint,
  serious bigint,
  dead bigint,
  missing bigint,
  loss bigint,
  facts text,
  grade text not null,
  class text not null,
  progress text,
  cause text,
  lessons text,
  reason text,
  photos text,
  by_person {BLOB},
  by_role text,
  by_post {BLOB},
  by_unit {BLOB} not null,
  recorded_by {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index incident_report_id on incident_report (id);
create index incident_report_incident on incident_report (incident, serial);

-- What one level owes upward or beside: by when, and when it was met. Judged by the server's receipt (met_at); what the
-- person says of the time (done_at) stands beside it.
create table incident_leg (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  incident {BLOB} not null,
  unit {BLOB} not null,
  kind text not null,
  from_unit {BLOB} not null,
  to_unit {BLOB},
  party text,
  base_at bigint not null,
  due_at bigint,
  open bigint not null,
  done_at bigint,
  met_at bigint,
  met_by {BLOB},
  met_how text,
  spoke_with text,
  missed_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index incident_leg_id on incident_leg (id);
create index incident_leg_incident on incident_leg (incident, received_at, id);
create index incident_leg_from on incident_leg (from_unit, open, due_at);

create table incident_step (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  incident {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  act text not null,
  state text not null,
  by_person {BLOB},
  by_role text,
  by_post {BLOB},
  by_unit {BLOB},
  recorded_by {BLOB},
  report {BLOB},
  leg {BLOB},
  hazard {BLOB},
  note text,
  planned_at bigint,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index incident_step_id on incident_step (id);
create index incident_step_incident on incident_step (incident, serial);

-- 零报告: nothing happened in the week; the program says so from the records, a person signs.
create table incident_zero (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  from_on bigint not null,
  until_on bigint not null,
  by_person {BLOB},
  by_post {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index incident_zero_id on incident_zero (id);
create unique index incident_zero_week on incident_zero (unit, from_on);
