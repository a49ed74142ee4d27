drop table public.plan_changes;
drop table public.billing_invoice_lines;
drop table public.billing_invoices;
