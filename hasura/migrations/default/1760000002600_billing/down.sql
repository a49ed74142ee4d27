drop table public.billing_disputes;
drop table public.billing_refunds;
drop table public.stripe_events;
drop table public.billing_settings;
drop table public.credit_purchases;
drop table public.credit_topup_packages;
