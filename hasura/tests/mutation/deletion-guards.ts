import type { Guard } from './guard.ts'

/** Guards of deleting users and organizations: what they lock, and in which order. */
export const DELETION_GUARDS: Guard[] = [
  {
    rule: 'who deletes a user waits for changes of caps before he locks the user',
    statement: 'drop trigger lock_member_caps on auth.users',
    undo: `create trigger lock_member_caps before delete on auth.users
      for each statement execute function private.lock_member_caps()`,
    scenario: 'userGoesBesideCap',
  },
  {
    rule: 'and so does who deletes an organization',
    statement: 'drop trigger lock_member_caps on auth.organizations',
    undo: `create trigger lock_member_caps before delete on auth.organizations
      for each statement execute function private.lock_member_caps()`,
    scenario: 'organizationGoesBesideCaps',
  },
  {
    rule: 'no gate is taken for caps that go with their user',
    in: 'sync_credit_caps',
    cut: 'after delete on public.member_caps\nreferencing old table as touched_caps\nfor each statement when (pg_trigger_depth() = 0)',
    by: 'after delete on public.member_caps\nreferencing old table as touched_caps\nfor each statement',
    scenario: 'userGoesBesideOverride',
  },
  {
    rule: 'nor for caps whose setter goes',
    in: 'sync_credit_caps',
    cut: 'after update on public.member_caps\nreferencing new table as touched_caps\nfor each statement when (pg_trigger_depth() = 0)',
    by: 'after update on public.member_caps\nreferencing new table as touched_caps\nfor each statement',
    scenario: 'setterGoesBesideOverride',
  },
  {
    rule: 'an organization with a cap on credits is never taken for one without',
    in: 'uncap_organizations',
    cut: "and cap.meter_id = 'credits'",
    by: 'and false',
    scenario: 'capsOutliveTheJob',
  },
]
