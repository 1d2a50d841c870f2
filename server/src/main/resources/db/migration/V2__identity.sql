-- Identity: everything that policies are attached to, and what decisions leave behind.
-- Written in the SQL that SQLite and PostgreSQL share. Times are milliseconds since 1970.

alter table iam_user add column permissions_boundary text;

alter table iam_role add column permissions_boundary text;
-- A JSON object from the principals that the trust policy names to the unique ids they had when it was written.
alter table iam_role add column trust_ids text not null default '{}';
alter table iam_role add column last_used_at bigint;
alter table iam_role add column last_used_region text;

create table iam_group (
  name_key text primary key,
  group_name text not null,
  path text not null,
  group_id text not null unique,
  created_at bigint not null
);

create table group_member (
  group_key text not null references iam_group (name_key) on delete cascade,
  user_key text not null references iam_user (name_key) on delete cascade,
  primary key (group_key, user_key)
);
create index group_member_user on group_member (user_key);

create table group_policy (
  name_key text not null references iam_group (name_key) on delete cascade,
  policy_arn text not null,
  primary key (name_key, policy_arn)
);

create index user_policy_arn on user_policy (policy_arn);
create index role_policy_arn on role_policy (policy_arn);
create index group_policy_arn on group_policy (policy_arn);

-- Customer managed policies; AWS's own are part of the program.
create table iam_policy (
  policy_arn text primary key,
  name_key text not null unique,
  policy_name text not null,
  path text not null,
  policy_id text not null unique,
  description text,
  default_version bigint not null,
  latest_version bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);

create table iam_policy_version (
  policy_arn text not null references iam_policy (policy_arn) on delete cascade,
  version bigint not null,
  document text not null,
  created_at bigint not null,
  primary key (policy_arn, version)
);

create table inline_policy (
  entity_kind text not null check (entity_kind in ('user', 'role', 'group')),
  entity_key text not null,
  policy_name text not null,
  document text not null,
  primary key (entity_kind, entity_key, policy_name)
);

create table iam_tag (
  entity_kind text not null check (entity_kind in
    ('user', 'role', 'policy', 'instance-profile', 'oidc-provider', 'mfa-device')),
  entity_key text not null,
  -- Tag keys differ by more than case.
  tag_key_folded text not null,
  tag_key text not null,
  tag_value text not null,
  primary key (entity_kind, entity_key, tag_key_folded)
);

create table instance_profile (
  name_key text primary key,
  profile_name text not null,
  path text not null,
  profile_id text not null unique,
  role_key text references iam_role (name_key),
  created_at bigint not null
);
create index instance_profile_role on instance_profile (role_key) where role_key is not null;

create table oidc_provider (
  provider_arn text primary key,
  url text not null unique,
  -- JSON arrays of texts.
  client_ids text not null,
  thumbprints text not null,
  created_at bigint not null
);

create table mfa_device (
  serial_number text primary key,
  seed bytea not null,
  user_key text references iam_user (name_key),
  enabled_at bigint,
  -- The time step of the last code that was accepted: none is accepted twice.
  last_step bigint not null default 0,
  -- By how many time steps the device's clock is off.
  drift_steps bigint not null default 0,
  created_at bigint not null
);
create index mfa_device_user on mfa_device (user_key) where user_key is not null;

create table account_alias (
  alias text primary key,
  created_at bigint not null
);

alter table access_key add column last_used_at bigint;
alter table access_key add column last_used_service text;
alter table access_key add column last_used_region text;
-- What temporary credentials carry: a JSON object, see store.SessionContext.
alter table access_key add column session_context text;

alter table document add column tags text not null default '{}';

-- Who started a session and under which condition keys: a JSON object, see store.SessionOwner.
alter table session add column owner text;

-- Why calls were refused, for postern:Explain.
create table denial (
  request_id text primary key,
  denied_at bigint not null,
  explanation text not null
);
create index denial_time on denial (denied_at);
