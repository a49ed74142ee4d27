import type Stripe from 'stripe'
import { moneyText, productName } from '../billing/lines.ts'
import { payInvoice, subscriptionIdOf } from '../billing/invoices.ts'
import { periodOf } from '../billing/subscription-object.ts'
import { updateSubscription } from '../billing/update.ts'
import { behaviourOf, readCard } from '../payments/cards.ts'
import {
  attach,
  createPaymentMethod,
  defaultMethodOf,
  sourceOf,
} from '../payments/payment-methods.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { cardFields, EMPTY_CARD_FORM, TEST_CARDS_HINT, type CardFormState } from './card-form.ts'
import { dateText, escape, page, seeOther } from './html.ts'

const BRANDS: Record<string, string> = { visa: 'Visa', mastercard: 'Mastercard' }

/** What a customer sees and may change without the product. */
export function showPortal(
  account: Account,
  sessionId: string,
  state: CardFormState = EMPTY_CARD_FORM,
): Response {
  const session = account.find('billing_portal.session', sessionId)
  if (!session) return page('Not found', '<h1>This page does not exist.</h1>', 404)
  const customer = account.get('customer', session.customer)
  return page(
    'Manage your billing',
    `<h1>Manage your billing</h1>
<p class="soft">${escape(customer.name ?? customer.email)}</p>
${subscriptionCards(account, session)}
<section class="card" aria-labelledby="card-title"><h2 id="card-title">Payment method</h2>
<p>${escape(currentMethod(account, customer.id))}</p>
<form method="post" action="/p/session/${session.id}" novalidate>
${cardFields(state)}
<div class="actions"><button class="main" name="action" value="save_card">Save card</button></div>
</form></section>
<section class="card" aria-labelledby="invoices-title"><h2 id="invoices-title">Invoices</h2>${invoiceTable(account, customer.id)}</section>
${session.return_url ? `<p class="actions"><a class="button" href="${escape(session.return_url)}">Return to the product</a></p>` : ''}
${TEST_CARDS_HINT}`,
  )
}

export function submitPortal(account: Account, sessionId: string, form: URLSearchParams): Response {
  const session = account.find('billing_portal.session', sessionId)
  if (!session) return showPortal(account, sessionId)
  const subscriptionId = form.get('subscription') ?? ''
  const isOwn = account.find('subscription', subscriptionId)?.customer === session.customer
  switch (form.get('action')) {
    case 'cancel':
      if (isOwn) updateSubscription(account, subscriptionId, { cancel_at_period_end: true })
      break
    case 'keep':
      if (isOwn) updateSubscription(account, subscriptionId, { cancel_at_period_end: false })
      break
    case 'save_card': {
      const problem = saveCard(account, session.customer, form)
      if (problem) return showPortal(account, sessionId, problem)
    }
  }
  return seeOther(`${account.baseUrl}/p/session/${sessionId}`)
}

/** The new card pays from now on: also the subscriptions, and what is open. */
function saveCard(
  account: Account,
  customerId: string,
  form: URLSearchParams,
): CardFormState | null {
  const text = (name: string) => (form.get(name) ?? '').trim()
  const values = { number: text('number'), expiry: text('expiry'), cvc: '', name: text('name') }
  const read = readCard({ ...values, cvc: text('cvc') }, Date.now() / 1000)
  if ('field' in read) return { values, problem: read }
  const behaviour = behaviourOf(read.number)
  if (!behaviour.canBeSaved) {
    return {
      values,
      problem: { field: null, message: behaviour.decline?.message ?? 'Your card was declined.' },
    }
  }
  const customer = account.get('customer', customerId)
  const method = createPaymentMethod(account, read, {
    name: values.name || null,
    email: customer.email,
  })
  // The portal asks for 3-D Secure in its own window; here the person is taken to have passed it.
  sourceOf(account, method.id).isAuthenticated = true
  attach(account, method.id, customerId)
  const settings = { ...customer.invoice_settings, default_payment_method: method.id }
  account.update('customer', customerId, { invoice_settings: settings }, 'customer.updated')
  for (const subscription of livingSubscriptions(account, customerId)) {
    account.update(
      'subscription',
      subscription.id,
      { default_payment_method: method.id },
      'customer.subscription.updated',
    )
  }
  return null
}

function livingSubscriptions(account: Account, customerId: string): Stripe.Subscription[] {
  return account
    .list('subscription')
    .filter((each) => each.customer === customerId)
    .filter((each) => each.status !== 'canceled' && each.status !== 'incomplete_expired')
}

function subscriptionCards(account: Account, session: Stripe.BillingPortal.Session): string {
  const living = livingSubscriptions(account, session.customer)
  if (living.length === 0) return '<section class="card"><p>No subscription.</p></section>'
  return living.map((subscription) => subscriptionCard(account, session, subscription)).join('')
}

function subscriptionCard(
  account: Account,
  session: Stripe.BillingPortal.Session,
  subscription: Stripe.Subscription,
): string {
  const [item] = subscription.items.data
  const name = item ? productName(account, item.price) : 'Subscription'
  const price = item ? moneyText(item.price.unit_amount ?? 0, item.price.currency) : ''
  const end = dateText(periodOf(subscription).end)
  const isEnding = subscription.cancel_at_period_end
  return `<section class="card"><h2>${escape(name)}</h2>
<p>${price} per ${escape(item?.price.recurring?.interval)} · ${escape(subscription.status)}</p>
<p class="soft">${isEnding ? `Ends on ${end}` : `Renews on ${end}`}</p>
<form method="post" action="/p/session/${session.id}">
<input type="hidden" name="subscription" value="${subscription.id}">
<div class="actions">${
    isEnding
      ? '<button class="main" name="action" value="keep">Keep subscription</button>'
      : '<button name="action" value="cancel">Cancel subscription</button>'
  }</div></form></section>`
}

function currentMethod(account: Account, customerId: string): string {
  const [subscription] = livingSubscriptions(account, customerId)
  const method = account.find('payment_method', defaultMethodOf(account, customerId, subscription))
  if (!method) return 'No card is saved.'
  return method.card
    ? `${BRANDS[method.card.brand] ?? 'Card'} ending in ${method.card.last4}`
    : 'Bank account'
}

function invoiceTable(account: Account, customerId: string): string {
  const invoices = account
    .list('invoice')
    .filter((invoice) => invoice.customer === customerId && invoice.status !== 'draft')
  if (invoices.length === 0) return '<p>None yet.</p>'
  const rows = invoices.map(
    (
      invoice,
    ) => `<tr><td><a href="/i/${invoice.id}">${escape(invoice.number)}</a></td><td>${dateText(invoice.created)}</td>
<td>${escape(invoice.status)}</td><td class="number">${moneyText(invoice.total, invoice.currency)}</td></tr>`,
  )
  return `<div class="scroll" tabindex="0" role="region" aria-label="List of invoices"><table>
<tr><th scope="col">Number</th><th scope="col">Date</th><th scope="col">Status</th><th scope="col" class="number">Total</th></tr>
${rows.join('\n')}</table></div>`
}

/** The page of an invoice, where an open one can be paid. */
export function showInvoice(
  account: Account,
  invoiceId: string,
  problem: string | null = null,
): Response {
  const invoice = account.find('invoice', invoiceId)
  if (!invoice || invoice.status === 'draft')
    return page('Not found', '<h1>This invoice does not exist.</h1>', 404)
  const rows = invoice.lines.data.map(
    (
      line,
    ) => `<tr><td>${escape(line.description)}<br><span class="soft">${dateText(line.period.start)} – ${dateText(line.period.end)}</span></td>
<td class="number">${moneyText(line.amount, line.currency)}</td></tr>`,
  )
  const pay =
    invoice.status === 'open'
      ? `<form method="post" action="/i/${invoice.id}"><div class="actions"><button class="main" name="action" value="pay">Pay ${moneyText(invoice.amount_remaining, invoice.currency)} with the saved card</button></div></form>`
      : ''
  return page(
    `Invoice ${invoice.number}`,
    `<h1>Invoice ${escape(invoice.number)}</h1>
<p class="amount">${moneyText(invoice.amount_due, invoice.currency)}</p>
<p class="soft">${escape(invoice.status)} · ${dateText(invoice.created)} · ${escape(invoice.customer_name ?? invoice.customer_email)}</p>
${problem ? `<p class="problem" role="alert">${escape(problem)}</p>` : ''}
<section class="card"><table><tr><th scope="col">Description</th><th scope="col" class="number">Amount</th></tr>
${rows.join('\n')}
<tr><th scope="row">Total</th><td class="number">${moneyText(invoice.total, invoice.currency)}</td></tr></table></section>${pay}`,
  )
}

export function submitInvoice(account: Account, invoiceId: string): Response {
  const invoice = account.find('invoice', invoiceId)
  if (invoice?.status !== 'open') return showInvoice(account, invoiceId)
  const subscription = account.find('subscription', subscriptionIdOf(invoice))
  const methodId = defaultMethodOf(account, idOf(invoice.customer) ?? '', subscription)
  if (methodId === null) return showInvoice(account, invoiceId, 'No card is saved.')
  const paid = payInvoice(account, invoiceId, {
    methodId,
    isOffSession: false,
    isAuthenticated: true,
  })
  return paid.status === 'paid'
    ? seeOther(`${account.baseUrl}/i/${invoiceId}`)
    : showInvoice(account, invoiceId, 'Your card was declined.')
}

export function showReceipt(account: Account, chargeId: string): Response {
  const charge = account.find('charge', chargeId)
  if (!charge?.receipt_url) return page('Not found', '<h1>This receipt does not exist.</h1>', 404)
  const refunded =
    charge.amount_refunded > 0
      ? `<tr><th scope="row">Refunded</th><td class="number">${moneyText(charge.amount_refunded, charge.currency)}</td></tr>`
      : ''
  return page(
    'Receipt',
    `<h1>Receipt</h1>
<p class="amount">${moneyText(charge.amount, charge.currency)}</p>
<section class="card"><table>
<tr><th scope="row">Date</th><td class="number">${dateText(charge.created)}</td></tr>
<tr><th scope="row">Status</th><td class="number">${escape(charge.status)}</td></tr>
${refunded}
<tr><th scope="row">Payment</th><td class="number"><code>${charge.id}</code></td></tr></table></section>`,
  )
}
