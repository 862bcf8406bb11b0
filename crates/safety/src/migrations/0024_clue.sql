-- What a detector finds (notice item 1.2), and what it rests on: the drafts that alarms open, the line of a class each day,
-- what other offices know of. A clue accuses nobody: the unit explains, its superior decides.
create table incident_draft (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  alarm {BLOB} not null,
  place {BLOB},
  place_text text,
  known_at bigint not null,
  state text not null,
  incident {BLOB},
  reason text,
  closed_by {BLOB},
  closed_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index incident_draft_id on incident_draft (id);
create unique index incident_draft_alarm on incident_draft (alarm);
create index incident_draft_unit on incident_draft (unit, state, known_at);
create index incident_draft_closed on incident_draft (closed_at);
create index incident_step_at on incident_step (received_at);
create index incident_zero_at on incident_zero (received_at);
create index alarm_ended on alarm (ended_at) where ended_at is not null;

-- 晨午检: a class on a day, one line; a correction is a line of its own.
create table absence (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  class {BLOB} not null,
  day bigint not null,
  serial bigint not null,
  pupils bigint not null,
  leave bigint not null,
  fever bigint not null,
  cough bigint not null,
  gut bigint not null,
  rash bigint not null,
  jaundice bigint not null,
  injured bigint not null,
  other bigint not null,
  unknown bigint not null,
  by_person {BLOB},
  recorded_by {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index absence_id on absence (id);
create unique index absence_class on absence (class, day, serial);
create index absence_unit on absence (unit, day);
create index absence_at on absence (received_at);

-- What the police, a hospital or an insurer know of a school, entered by a bureau from their list.
create table outside (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  source text not null,
  number text,
  dedupe text not null,
  what text,
  happened_at bigint not null,
  ripe_at bigint not null,
  by_person {BLOB},
  by_unit {BLOB} not null,
  void_reason text,
  received_at bigint not null,
  primary key (county, id)
);
create index outside_id on outside (id);
create unique index outside_once on outside (unit, source, dedupe);
create index outside_ripe on outside (ripe_at);
create index outside_unit on outside (unit, happened_at);
create index outside_at on outside (received_at, id);

create table clue (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  above {BLOB} not null,
  rule text not null,
  fault text not null,
  noun text not null,
  subject {BLOB} not null,
  at bigint not null,
  from_at bigint not null,
  until_at bigint not null,
  traces text not null,
  incident {BLOB},
  state text not null,
  open bigint not null,
  explain_by bigint not null,
  explanation text,
  explained_by {BLOB},
  explained_at bigint,
  verdict text,
  reason text,
  closed_by {BLOB},
  closed_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index clue_id on clue (id);
create unique index clue_once on clue (subject, noun, rule);
create index clue_unit on clue (unit, open, received_at, id);
create index clue_at on clue (received_at, id);
create index clue_open on clue (received_at, id) where open = 1;

-- How far each source was looked through: no record, it can always be gone through again.
create table clue_mark (
  source text not null primary key,
  at bigint not null
);
