-- Which hazards an incident has shown: the detectors ask it of those that tell of somebody hurt.
create index incident_step_hazard on incident_step (hazard) where hazard is not null;
-- The banner over every page asks for the open alarms, of which there are few among all of the years.
create index alarm_open_at on alarm (received_at, id) where open = 1;
-- Hazards are a source of the detectors from now on; what was entered before is not asked about, but for the last days that
-- are looked through again each night. In a new house no row is made: it would stand in the way of one that is moved here.
insert into clue_mark (source, at, past) select 'hazard', received_at, id from hazard order by received_at desc, id desc limit 1;
