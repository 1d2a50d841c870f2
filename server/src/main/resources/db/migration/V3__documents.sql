-- Documents that change: labels of their versions, and with whom they are shared.
-- Written in the SQL that SQLite and PostgreSQL share. Times are milliseconds since 1970.

-- The highest number that a version was ever given: the number of a deleted version is not given again.
alter table document add column last_number bigint not null default 1;

alter table document_version add column description text;
alter table document_version add column version_name text;
alter table document_version add column display_name text;
alter table document_version add column target_type text;
create unique index document_version_name on document_version (name, version_name)
  where version_name is not null;

-- The one document that could exist so far.
update document_version set description = 'Document to hold regional settings for Session Manager'
  where name = 'SSM-SessionManagerRunShell' and version = 1;

create table document_share (
  name text not null references document (name) on delete cascade,
  -- 12 digits, or 'all'.
  account_id text not null,
  shared_version text not null check (shared_version in ('$LATEST', '$DEFAULT', '$ALL')),
  primary key (name, account_id)
);
create index document_share_public on document_share (name) where account_id = 'all';
