-- Written rules (制度) and emergency plans (预案): versions, the yearly review, who acknowledged which version.
create table text_version (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  kind text not null,
  edition bigint not null,
  title text not null,
  body text not null,
  adopted_on bigint not null,
  meeting text not null,
  work {BLOB},
  pack_hash {BLOB} not null,
  by_person {BLOB},
  by_post {BLOB},
  review_by bigint not null,
  ended_on bigint,
  claimed_at bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index text_version_id on text_version (id);
create index text_version_unit on text_version (unit, kind, edition);

create table text_review (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  edition {BLOB} not null,
  reviewed_on bigint not null,
  note text,
  by_person {BLOB},
  review_by bigint not null,
  received_at bigint not null,
  primary key (county, id)
);
create index text_review_edition on text_review (edition, reviewed_on);

create table text_ack (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  edition {BLOB} not null,
  person {BLOB} not null,
  post {BLOB},
  role text not null,
  received_at bigint not null,
  primary key (county, id)
);
create index text_ack_once on text_ack (edition, person);
create index text_ack_person on text_ack (person);
