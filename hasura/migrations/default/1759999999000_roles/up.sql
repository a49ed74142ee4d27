-- The two roles that programs sign in with. They belong to the cluster, not to this database, so
-- another database may have made them already; passwords are set by whoever runs the migrations.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['purser_api', 'purser_hasura'] loop
    begin
      execute format('create role %I login', v_role);
    exception
      -- Two databases of one cluster may be migrated at the same moment.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;

-- The schemas of the product. What PUBLIC may do is nothing; each migration grants by name.
create schema private;

comment on schema private is 'Everything that moves credits. The api calls its functions; nobody writes its tables.';
comment on schema public is 'What Hasura tracks: tables, views and read-only functions.';

revoke all on schema public from public;
alter default privileges revoke execute on functions from public;

grant usage on schema public to purser_api, purser_hasura;
grant usage on schema private to purser_api;

-- A statement that runs longer than this has gone wrong, and it may hold the lock of a balance.
alter role purser_api set statement_timeout = '30s';
alter role purser_api set idle_in_transaction_session_timeout = '30s';
alter role purser_hasura set statement_timeout = '30s';
alter role purser_hasura set idle_in_transaction_session_timeout = '30s';
