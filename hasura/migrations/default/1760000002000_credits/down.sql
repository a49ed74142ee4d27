drop view public.posted_credit_balances;
drop view public.estimation_accuracy;
drop view public.credit_estimation_accuracy;
drop type private.reservation_candidate;
drop type private.settlement_candidate;
drop table
  public.credit_refunds,
  public.job_runs,
  public.ai_operation_results,
  public.credit_transactions,
  public.credit_reservations,
  public.credit_grants,
  public.organization_credit_balances;
