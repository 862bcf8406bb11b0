-- The ground of every noun: proof, deadlines, answered requests, files.
create table leaf (
  pos {SERIAL},
  n bigint,
  tbl text not null,
  id {BLOB} not null,
  version bigint not null,
  bytes {BLOB} not null
);
create unique index leaf_n on leaf (n);
create index leaf_unnumbered on leaf (pos) where n is null;
create index leaf_record on leaf (tbl, id, version);

create table tree (
  pos bigint primary key,
  hash {BLOB} not null
);

create table checkpoint (
  one bigint primary key,
  size bigint not null,
  at bigint not null,
  note text not null
);

create table command (
  login {BLOB} not null,
  key {BLOB} not null,
  hash {BLOB} not null,
  answer text not null,
  at bigint not null,
  primary key (login, key)
);
create index command_at on command (at);

create table due (
  noun text not null,
  id {BLOB} not null,
  rule text not null,
  due_at bigint not null,
  primary key (id, rule)
);
create index due_at on due (due_at);

create table file_use (
  hash {BLOB} not null,
  noun text not null,
  id {BLOB} not null,
  unit {BLOB} not null,
  mime text not null,
  bytes bigint not null,
  at bigint not null,
  primary key (hash, id)
);

create table setting (
  name text primary key,
  value text not null
);
