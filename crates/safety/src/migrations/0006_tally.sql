-- Counters of the board: what was done, never what is expected. Users' transactions append deltas; one worker folds them.
create table tally_delta (
  pos {SERIAL},
  unit {BLOB} not null,
  bureau {BLOB} not null,
  entry text not null,
  period text not null,
  until_on bigint not null,
  on_time bigint not null,
  late bigint not null,
  events bigint not null
);

-- One entry in one period of one bureau: what a figure is drilled down to.
create table tally (
  bureau {BLOB} not null,
  entry text not null,
  period text not null,
  until_on bigint not null,
  on_time bigint not null,
  late bigint not null,
  events bigint not null,
  primary key (bureau, entry, period)
);
create index tally_until on tally (until_on);

-- The same by the month in which the period ends: the city's year in 1/8 of the rows.
create table tally_month (
  bureau {BLOB} not null,
  entry text not null,
  month bigint not null,
  on_time bigint not null,
  late bigint not null,
  events bigint not null,
  primary key (bureau, entry, month)
);

-- By the day on which the period ends: the heat calendar.
create table tally_day (
  bureau {BLOB} not null,
  until_on bigint not null,
  on_time bigint not null,
  late bigint not null,
  events bigint not null,
  primary key (bureau, until_on)
);

-- By school: where help is needed.
create table tally_unit (
  unit {BLOB} not null,
  month bigint not null,
  on_time bigint not null,
  late bigint not null,
  events bigint not null,
  primary key (unit, month)
);

-- Closed periods as they were judged, and what came later.
create table period_sheet (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  kind text not null,
  period text not null,
  until_on bigint not null,
  pack_hash {BLOB} not null,
  expected bigint not null,
  on_time bigint not null,
  late bigint not null,
  exempt bigint not null,
  missing bigint not null,
  body {BLOB} not null,
  received_at bigint not null,
  primary key (county, id)
);
create index period_sheet_id on period_sheet (id);
create unique index period_sheet_of on period_sheet (unit, kind, period);

create table period_addendum (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  sheet {BLOB} not null,
  duty {BLOB} not null,
  what text not null,
  reason text,
  by_person {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index period_addendum_sheet on period_addendum (sheet, received_at);

-- How far the freezing has come, per unit: the last day up to which its periods are frozen.
create table frozen_until (
  unit {BLOB} primary key,
  until_on bigint not null
);
