-- A bureau's list counts its tabs to a thousand and picks its page by these alone: no row of a hazard is read for what is
-- not shown. The unit stands in them for the asker's scope.

drop index hazard_county_at;
create index hazard_county_at on hazard (county, received_at, id, unit);
drop index hazard_county_open;
create index hazard_county_open on hazard (county, open, received_at, id, unit);

-- What is overdue: few among the open ones.
create index hazard_late on hazard (county, due_at, received_at, id, unit) where open = 1;
