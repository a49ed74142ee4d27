import type Stripe from 'stripe'
import { moneyText } from '../billing/lines.ts'
import { settlePayment } from '../billing/settle.ts'
import { closeDispute, openDispute } from '../payments/disputes.ts'
import { createRefund } from '../payments/refunds.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { dateText, escape, page, seeOther } from './html.ts'

const ROWS_LIMIT = 50

/** What a person does in Stripe's dashboard: answer for the bank, refund, dispute. */
export function showDashboard(account: Account): Response {
  const charges = account.list('charge').slice(0, ROWS_LIMIT)
  const rows = charges.map(
    (
      charge,
    ) => `<tr><td>${dateText(charge.created)}<br><span class="soft">${escape(charge.description)}</span></td>
<td class="number">${moneyText(charge.amount, charge.currency)}</td><td>${statusText(account, charge)}</td>
<td>${buttons(account, charge)}</td></tr>`,
  )
  const table =
    rows.length === 0
      ? '<p>No payments yet.</p>'
      : `<div class="scroll" tabindex="0" role="region" aria-label="Payments"><table>
<tr><th scope="col">Payment</th><th scope="col" class="number">Amount</th><th scope="col">Status</th><th scope="col">Do</th></tr>
${rows.join('\n')}</table></div>`
  return page(
    'Payments',
    `<h1>Payments</h1><p class="soft">What the banks and the seller can do.</p><section class="card">${table}</section>`,
  )
}

export function submitDashboard(account: Account, form: URLSearchParams): Response {
  const charge = account.get('charge', form.get('charge') ?? '')
  const dispute = disputeOf(account, charge.id)
  switch (form.get('action')) {
    case 'pay':
    case 'fail':
      settlePayment(account, idOf(charge.payment_intent) ?? '', form.get('action') === 'pay')
      break
    case 'refund':
      createRefund(account, { charge: charge.id })
      break
    case 'dispute':
      openDispute(account, charge.id)
      break
    case 'won':
    case 'lost':
      if (dispute) closeDispute(account, dispute.id, form.get('action') === 'won' ? 'won' : 'lost')
  }
  return seeOther(`${account.baseUrl}/`)
}

function disputeOf(account: Account, chargeId: string): Stripe.Dispute | undefined {
  return account.list('dispute').find((each) => idOf(each.charge) === chargeId)
}

function statusText(account: Account, charge: Stripe.Charge): string {
  const dispute = disputeOf(account, charge.id)
  if (dispute) return `dispute: ${escape(dispute.status)}`
  if (charge.amount_refunded > 0)
    return `${moneyText(charge.amount_refunded, charge.currency)} refunded`
  return escape(charge.failure_code ?? charge.status)
}

function buttons(account: Account, charge: Stripe.Charge): string {
  const dispute = disputeOf(account, charge.id)
  const actions: [string, string][] = []
  if (charge.status === 'pending') actions.push(['pay', 'Bank pays'], ['fail', 'Bank refuses'])
  else if (dispute?.status === 'needs_response' || dispute?.status === 'under_review') {
    actions.push(['won', 'Win dispute'], ['lost', 'Lose dispute'])
  } else if (charge.status === 'succeeded' && !charge.refunded && !dispute) {
    actions.push(['refund', 'Refund'], ['dispute', 'Dispute'])
  }
  if (actions.length === 0) return ''
  const all = actions.map(
    ([value, label]) => `<button name="action" value="${value}">${label}</button>`,
  )
  return `<form method="post" action="/"><input type="hidden" name="charge" value="${charge.id}">${all.join(' ')}</form>`
}
