-- Which hazards an incident has shown: the detectors ask it of those that tell of somebody hurt.
create index incident_step_hazard on incident_step (hazard) where hazard is not null;
-- The banner over every page asks for the open alarms, of which there are few among all of the years.
create index alarm_open_at on alarm (received_at, id) where open = 1;
-- Hazards are a source of the detectors from now on; what was entered before is not asked about.
insert into clue_mark (source, at) select 'hazard', coalesce(max(received_at), 0) from hazard;
