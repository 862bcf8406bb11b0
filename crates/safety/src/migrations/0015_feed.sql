-- A person's work in the calendar of his own phone: who may read it by its address.
create table feed (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  login {BLOB} not null,
  address {BLOB} not null,
  ended_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index feed_id on feed (id);
create index feed_login on feed (login, ended_at);
create unique index feed_address on feed (address);
