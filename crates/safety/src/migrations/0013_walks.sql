-- Indexes that a measurement asked for. Those on what is closed hold nothing of what is open: raising pays nothing.

-- The newest hazard closed at a place: found, not looked for among all that were ever raised there.
create index hazard_place_closed on hazard (place, category, closed_at) where closed_at is not null;

-- What was closed since a day: the figures.
create index hazard_closed on hazard (closed_at) where closed_at is not null;

-- What came back: few among many.
create index hazard_again on hazard (received_at) where recurrence > 0;

-- What is few among the open ones of a county or a city: counted for each page of a bureau.
create index hazard_major on hazard (open, grade, county, received_at, id) where grade = 'major';
create index hazard_upward on hazard (open, state, county) where state in ('reported', 'transferred');

-- Coverage reads no row of a check.
drop index check_place_place;
create index check_place_seen on check_place (place, seen_at, result);

-- An erasure walks one unit's steps.
create index hazard_step_unit on hazard_step (unit, id);
