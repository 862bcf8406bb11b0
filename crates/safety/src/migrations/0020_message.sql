-- What people are told: the list on the page, the far sides that a unit or a person named, and one row per delivery.
create table message (
  county bigint not null,
  id {BLOB} not null,
  unit {BLOB} not null,
  person {BLOB} not null,
  kind text not null,
  noun text not null,
  subject {BLOB} not null,
  about {BLOB} not null,
  dedupe text not null,
  received_at bigint not null,
  read_at bigint,
  done_at bigint,
  primary key (county, id)
);
create index message_id on message (id);
create index message_person on message (person, received_at, id);
create index message_unread on message (person) where read_at is null and done_at is null;
create unique index message_once on message (person, dedupe);
create index message_subject on message (subject);
create index message_at on message (received_at);

create table channel (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  person {BLOB},
  way text not null,
  address text not null,
  secret text,
  ended_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index channel_id on channel (id);
create index channel_unit on channel (unit) where person is null;
create index channel_person on channel (person);

create table outbox (
  id {BLOB} primary key,
  channel {BLOB} not null,
  way text not null,
  unit {BLOB} not null,
  person {BLOB},
  kind text not null,
  urgency bigint not null,
  noun text not null,
  subject {BLOB} not null,
  message {BLOB},
  dedupe text not null,
  state text not null,
  tries bigint not null,
  next_at bigint not null,
  bundle {BLOB},
  claim {BLOB},
  tried_at bigint,
  sent_at bigint,
  outcome text,
  far text,
  received_at bigint not null
);
create unique index outbox_once on outbox (channel, way, dedupe);
create index outbox_ready on outbox (urgency, next_at, id) where state in ('waiting', 'ringing');
create index outbox_bundle on outbox (bundle);
create index outbox_subject on outbox (subject);
create index outbox_channel on outbox (channel, tried_at);
create index outbox_way on outbox (way, tried_at);
create index outbox_dead on outbox (unit, received_at) where state = 'dead';
create index outbox_at on outbox (received_at);
