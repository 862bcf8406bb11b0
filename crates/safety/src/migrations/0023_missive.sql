-- A missive to an agency about a hazard handed to it, answered by a link without an account: once, on one device, in time.
create table missive (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  unit {BLOB} not null,
  by_unit {BLOB} not null,
  by_person {BLOB},
  agency {BLOB} not null,
  hazard {BLOB} not null,
  code {BLOB} not null,
  until_at bigint not null,
  device {BLOB},
  signer text,
  signed_at bigint,
  answer text,
  note text,
  answered_at bigint,
  revoked_by {BLOB},
  revoked_at bigint,
  received_at bigint not null,
  primary key (county, id)
);
create index missive_id on missive (id);
create unique index missive_code on missive (code);
create index missive_hazard on missive (hazard, received_at);
