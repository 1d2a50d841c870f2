-- Minutes without payload after which a session ends; sessions from before have AWS's default.
alter table session add column idle_minutes bigint;
