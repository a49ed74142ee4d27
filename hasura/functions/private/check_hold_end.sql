/*
 * Refuses an end of a hold that does not add up. A check constraint would say the same, but every batch
 * of new holds, which have no end, would read it anew.
 */
create function private.check_hold_end()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'the end of hold % does not add up', new.id
    using errcode = 'check_violation', constraint = 'credit_holds_end',
      table = 'credit_holds', schema = 'private';
end
$$;

comment on function private.check_hold_end()
  is 'Trigger: refuses an end of a hold that does not add up (check_violation).';

create trigger check_hold_end
after update on private.credit_holds
for each row when (
  not case
    when new.ended_as is null
      then row(new.closed_at, new.charged_credits, new.released_credits) is null
    when new.ended_as = 'settled' then
      row(
        new.closed_at, new.charged_credits, new.released_credits, new.shortfall_credits,
        new.settlement_fingerprint
      ) is not null
      and least(new.charged_credits, new.released_credits, new.shortfall_credits) >= 0.0
    else
      new.ended_as = any ('{released,expired}'::text[])
      and new.closed_at is not null and new.charged_credits is null
      and new.released_credits is not distinct from new.amount_credits
  end
)
execute function private.check_hold_end();
