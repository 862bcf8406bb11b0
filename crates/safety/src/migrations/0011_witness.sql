-- Witnesses of the log: how each stands, the newest head with cosignatures, and what did not agree.
create table witness (
  name text primary key,
  url text not null,
  state text not null,
  size bigint not null,
  seen_size bigint,
  cosigned_at bigint,
  asked_at bigint,
  since bigint not null
);

create table cosigned (
  kind text primary key,
  size bigint not null,
  at bigint not null,
  witnesses bigint not null,
  note text not null
);

create table witness_finding (
  county bigint not null,
  id {BLOB} not null,
  version bigint not null,
  salt {BLOB} not null,
  received_at bigint not null,
  witness text not null,
  kind text not null,
  ours bigint not null,
  theirs bigint not null,
  primary key (county, id)
);
create index witness_finding_id on witness_finding (id);
create index witness_finding_at on witness_finding (received_at, id);
create index witness_finding_of on witness_finding (witness, kind, theirs);
