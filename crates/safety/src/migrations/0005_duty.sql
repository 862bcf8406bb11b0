-- Duties (cells in which something happened), work records, what credits what, waivers, resolutions of meetings.
create table duty (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  entry text not null,
  clause text not null,
  kind text not null,
  period text not null,
  part text not null,
  from_on bigint not null,
  until_on bigint not null,
  due_at bigint not null,
  stage text not null,
  owed bigint not null,
  state text not null,
  needed bigint not null,
  had bigint not null,
  first_complete_at bigint,
  amended bigint not null,
  back_reason text,
  done_on bigint,
  done_by {BLOB},
  owner {BLOB},
  arranged_by {BLOB},
  arranged_at bigint,
  checked_by {BLOB},
  checked_at bigint,
  accepted_by {BLOB},
  accepted_at bigint,
  returns bigint not null,
  subject {BLOB},
  pack_hash {BLOB} not null,
  received_at bigint not null,
  primary key (county, id)
);
create index duty_id on duty (id);
create unique index duty_cell on duty (unit, entry, period, part);
create index duty_unit_until on duty (unit, until_on);
create index duty_at on duty (received_at, id);
create index duty_unit_at on duty (unit, received_at, id);
create index duty_owner on duty (owner, state);
create index duty_subject on duty (subject);
create index duty_entry on duty (entry, period);
create index duty_event on duty (due_at) where kind = 'event';

create table duty_step (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  duty {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  act text not null,
  by_person {BLOB},
  by_role text,
  by_post {BLOB},
  for_person {BLOB},
  note text,
  received_at bigint not null,
  primary key (county, id)
);
create index duty_step_duty on duty_step (duty, serial);

create table credit (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  duty {BLOB} not null,
  unit {BLOB} not null,
  noun text not null,
  record {BLOB} not null,
  happened_on bigint not null,
  by_person {BLOB},
  claimed_at bigint not null,
  received_at bigint not null,
  withdrawn_at bigint,
  reason text,
  primary key (county, id)
);
create index credit_id on credit (id);
create index credit_duty on credit (duty, received_at);
create index credit_record on credit (record);

create table work (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  form text not null,
  clause text not null,
  title text not null,
  body text not null,
  happened_on bigint not null,
  topics text,
  classes text,
  persons text,
  photos text,
  subject_noun text,
  subject {BLOB},
  by_person {BLOB} not null,
  by_post {BLOB},
  recorded_by {BLOB},
  back_reason text,
  corrected_at bigint,
  voided_at bigint,
  void_reason text,
  pack_hash {BLOB} not null,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index work_id on work (id);
create index work_at on work (received_at, id);
create index work_unit_at on work (unit, received_at, id);
create index work_unit_on on work (unit, happened_on);
create index work_unit_form on work (unit, form, happened_on);
create index work_subject on work (subject);

create table work_step (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  work {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  act text not null,
  before text,
  reason text,
  by_person {BLOB},
  by_post {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index work_step_work on work_step (work, serial);

create table waiver (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  entry text not null,
  clause text not null,
  from_on bigint not null,
  until_on bigint not null,
  reason text not null,
  by_person {BLOB},
  by_role text,
  by_post {BLOB},
  ended_at bigint,
  ended_by {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index waiver_id on waiver (id);
create index waiver_unit on waiver (unit, entry);
create index waiver_until on waiver (until_on);

create table resolution (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  work {BLOB} not null,
  serial bigint not null,
  what text not null,
  owner {BLOB} not null,
  due_on bigint not null,
  hazard {BLOB},
  state text not null,
  done_at bigint,
  done_by {BLOB},
  note text,
  received_at bigint not null,
  primary key (county, id)
);
create index resolution_id on resolution (id);
create index resolution_unit on resolution (unit, state, due_on);
create index resolution_owner on resolution (owner, state, due_on);
create index resolution_work on resolution (work, serial);
create index resolution_hazard on resolution (hazard);
