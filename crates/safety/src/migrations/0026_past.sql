-- How far the detectors have looked within one moment: a list of another office is imported in a single one.
alter table clue_mark add column past {BLOB};
