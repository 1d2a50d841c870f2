-- Written in the SQL that SQLite and PostgreSQL share. Times are milliseconds since 1970.

create table store_property (
  name text primary key,
  content bytea not null
);

create table iam_user (
  name_key text primary key,
  user_name text not null,
  path text not null,
  user_id text not null unique,
  created_at bigint not null
);

create table iam_role (
  name_key text primary key,
  role_name text not null,
  path text not null,
  role_id text not null unique,
  trust_policy text not null,
  description text,
  session_seconds_max bigint not null,
  created_at bigint not null
);

create table user_policy (
  name_key text not null references iam_user (name_key) on delete cascade,
  policy_arn text not null,
  primary key (name_key, policy_arn)
);

create table role_policy (
  name_key text not null references iam_role (name_key) on delete cascade,
  policy_arn text not null,
  primary key (name_key, policy_arn)
);

create table access_key (
  access_key_id text primary key,
  secret bytea not null,
  status text not null check (status in ('Active', 'Inactive')),
  user_key text references iam_user (name_key) on delete cascade,
  role_key text references iam_role (name_key) on delete cascade,
  session_name text,
  instance_id text,
  token_hash text,
  expires_at bigint,
  created_at bigint not null,
  check ((user_key is null) <> (role_key is null)),
  check (role_key is null
    or (session_name is not null and token_hash is not null and expires_at is not null))
);
create index access_key_user on access_key (user_key) where user_key is not null;
create index access_key_role on access_key (role_key) where role_key is not null;
create index access_key_instance on access_key (instance_id) where instance_id is not null;
create index access_key_expiry on access_key (expires_at) where expires_at is not null;

create table activation (
  activation_id text primary key,
  code_hash bytea not null,
  description text,
  default_instance_name text,
  iam_role text not null,
  registration_limit bigint not null,
  registrations_count bigint not null,
  expires_at bigint not null,
  created_at bigint not null,
  tags text not null,
  instance_id text,
  check (registrations_count between 0 and registration_limit)
);
create index activation_newest on activation (created_at desc, activation_id desc);

create table node (
  instance_id text primary key,
  activation_id text not null,
  public_key text not null,
  fingerprint text not null,
  name text,
  iam_role text not null,
  registered_at bigint not null,
  tags text not null,
  ping_at bigint,
  agent_name text,
  agent_version text,
  agent_status text,
  computer_name text,
  ip_address text,
  platform_name text,
  platform_type text,
  platform_version text,
  connection_channel text
);

create table session (
  session_id text primary key,
  owner_arn text not null,
  owner_user_id text not null,
  target text not null,
  document_name text not null,
  session_type text not null,
  reason text,
  status text not null check (status in
    ('Connecting', 'Connected', 'Disconnected', 'Terminating', 'Terminated', 'Failed')),
  start_date bigint not null,
  end_date bigint,
  details text,
  max_session_duration text,
  check ((status in ('Terminated', 'Failed')) = (end_date is not null))
);
create index session_active on session (start_date desc, session_id desc)
  where status not in ('Terminated', 'Failed');
create index session_history on session (start_date desc, session_id desc)
  where status in ('Terminated', 'Failed');
create index session_end on session (end_date) where end_date is not null;

create table channel_token (
  token_hash text primary key,
  kind text not null,
  subject text not null,
  expires_at bigint not null
);
create index channel_token_subject on channel_token (kind, subject);
create index channel_token_expiry on channel_token (expires_at);

create table document (
  name text primary key,
  document_type text not null,
  default_version bigint not null,
  latest_version bigint not null,
  created_at bigint not null
);

create table document_version (
  name text not null references document (name) on delete cascade,
  version bigint not null,
  document_format text not null,
  content text not null,
  created_at bigint not null,
  primary key (name, version)
);

create table audit_event (
  sequence bigint primary key,
  record text not null
);
