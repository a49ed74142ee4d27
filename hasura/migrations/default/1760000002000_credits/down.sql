drop table
  public.job_runs,
  public.ai_operation_results,
  public.credit_transactions,
  public.credit_reservations,
  public.credit_grants,
  public.organization_credit_balances;
