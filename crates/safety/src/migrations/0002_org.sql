-- Units, people, posts, places, and who may come in.
create table unit (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  code text,
  kind text not null,
  name text not null,
  short text not null,
  find text not null,
  parent {BLOB},
  home {BLOB} not null,
  stage text,
  boarders bigint not null,
  canteen bigint not null,
  buses bigint not null,
  pupils bigint not null,
  classes bigint not null,
  address text,
  phone text,
  second {BLOB},
  opened_on bigint not null,
  closed_on bigint,
  merged_into {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index unit_id on unit (id);
create index unit_code on unit (code);
create index unit_parent on unit (parent);

create table unit_tree (
  top {BLOB} not null,
  unit {BLOB} not null,
  depth bigint not null,
  primary key (top, unit)
);
create index unit_tree_unit on unit_tree (unit, top);

create table unit_step (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  serial bigint not null,
  act text not null,
  before text,
  after text,
  reason text,
  effective_on bigint not null,
  by_post {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index unit_step_unit on unit_step (unit, serial);

create table person (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  name text,
  find text not null,
  mobile text,
  erased_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index person_id on person (id);
create index person_unit on person (unit);

create table login (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  person {BLOB} not null,
  name text not null,
  password text,
  must_change bigint not null,
  blocked_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index login_id on login (id);
create unique index login_name on login (name);
create index login_person on login (person);

create table post (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  home {BLOB} not null,
  person {BLOB} not null,
  role text not null,
  title text,
  acting bigint not null,
  from_on bigint not null,
  until_on bigint,
  handed_to {BLOB},
  received_at bigint not null,
  primary key (county, id)
);
create index post_id on post (id);
create index post_home on post (home, role);
create index post_person on post (person);

create table place (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  parent {BLOB},
  kind text not null,
  name text not null,
  find text not null,
  code text not null,
  closed_on bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index place_id on place (id);
create index place_unit on place (unit);
create index place_code on place (code);

create table signin (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  login {BLOB} not null,
  outcome text not null,
  device text,
  received_at bigint not null,
  primary key (county, id)
);
create index signin_login on signin (login, received_at);

create table session (
  hash {BLOB} primary key,
  id {BLOB} not null,
  login {BLOB} not null,
  post {BLOB},
  csrf text not null,
  device text not null,
  began_s bigint not null,
  seen_s bigint not null,
  ends_s bigint not null
);
create index session_login on session (login);
