/* What an invoice line paid for, in words for the ledger: "pro, 2026-01-31 to 2026-02-28 (trial)". */
create function private.line_description(p_line public.billing_invoice_lines)
returns text
language sql
stable
as $$
  select format(
    '%s, %s to %s%s',
    p_line.plan_id,
    to_char(p_line.period_start at time zone 'UTC', 'YYYY-MM-DD'),
    to_char(p_line.period_end at time zone 'UTC', 'YYYY-MM-DD'),
    case p_line.kind
      when 'trial' then ' (trial)'
      when 'change' then ' (changed plan)'
      else ''
    end
  )
$$;

comment on function private.line_description(public.billing_invoice_lines)
  is 'What an invoice line paid for, in words for the ledger.';
