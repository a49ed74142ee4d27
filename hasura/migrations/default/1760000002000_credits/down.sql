drop view public.posted_credit_balances;
drop view public.estimation_accuracy;
drop view public.credit_estimation_accuracy;
drop view public.open_reservations;
drop view private.open_holds;
drop view public.credit_reservations;
drop type private.reservation_candidate;
drop type private.settlement_candidate;
drop table
  public.credit_refunds,
  public.job_runs,
  public.ai_operation_results,
  public.credit_transactions,
  private.credit_holds,
  public.credit_grants,
  public.organization_credit_balances;
