-- What waits for a role at a unit, for a longer term, for an agency: each in the order in which it is shown, so that a badge
-- and a first page read a hundred entries of an index however much is in hand. By name and by bureau it is few.
create index hazard_role on hazard (unit, turn_role, due_at, id) where open = 1;
create index hazard_longer on hazard (unit, due_at, id) where open = 1 and extend_to is not null;
create index hazard_handed on hazard (agency, turn_role, due_at, id) where open = 1 and state = 'transferred';
