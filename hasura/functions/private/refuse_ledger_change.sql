/*
 * The ledger is append-only. No role has the privilege to change it; this stops the owner too, whose
 * functions write it: a mistake in one of them must not be able to rewrite history.
 */
create function private.refuse_ledger_change()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'the ledger is append-only: % is refused', lower(tg_op) using errcode = 'LG004';
end
$$;

comment on function private.refuse_ledger_change() is 'Trigger: refuses changes of written ledger rows (LG004).';

create trigger refuse_ledger_change
before update or delete or truncate on public.credit_transactions
for each statement execute function private.refuse_ledger_change();

create trigger refuse_ledger_change
before update or delete or truncate on public.usage_ledger
for each statement execute function private.refuse_ledger_change();
