-- Packages as shipped. Like all seeds: adds what is missing, never changes a row.

insert into public.credit_topup_packages (id, name, credits, price_usd, rank, is_best_value)
values
  ('topup_1000', '1,000 credits', 1000, 5, 1, false),
  ('topup_3000', '3,000 credits', 3000, 15, 2, false),
  ('topup_6000', '6,000 credits', 6000, 29, 3, true)
on conflict do nothing;
