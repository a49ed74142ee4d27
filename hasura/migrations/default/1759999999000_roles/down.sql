alter default privileges grant execute on functions to public;
grant usage on schema public to public;
comment on schema public is 'standard public schema';

drop schema private;

-- Takes away what the roles may do in this database. The roles stay where another database of the
-- cluster still needs them.
drop owned by purser_api, purser_hasura;

do $$
declare
  v_role text;
begin
  foreach v_role in array array['purser_api', 'purser_hasura'] loop
    begin
      execute format('drop role %I', v_role);
    exception
      when dependent_objects_still_exist or undefined_object then null;
    end;
  end loop;
end
$$;
