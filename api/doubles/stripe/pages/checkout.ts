import type Stripe from 'stripe'
import { completeSession, isFreeAtFirst } from '../checkout/complete.ts'
import {
  checkoutOf,
  finishAuthentication,
  paySession,
  returnUrl,
  type PayOutcome,
} from '../checkout/pay.ts'
import { moneyText } from '../billing/lines.ts'
import type { Account } from '../state/account.ts'
import { idOf } from '../state/objects.ts'
import { cardFields, EMPTY_CARD_FORM, TEST_CARDS_HINT, type CardFormState } from './card-form.ts'
import { dateText, escape, field, page, seeOther } from './html.ts'

/** The payment page of a checkout session. */
export function showCheckout(
  account: Account,
  sessionId: string,
  state: CardFormState = EMPTY_CARD_FORM,
): Response {
  const session = account.find('checkout.session', sessionId)
  if (!session) return page('Not found', '<h1>This payment page does not exist.</h1>', 404)
  if (session.status === 'expired') {
    return page('Expired', `<h1>This payment page has expired.</h1>${backLink(session)}`, 410)
  }
  if (session.status === 'complete') {
    return page(
      'Done',
      `<h1>This payment is complete.</h1><p><a class="button" href="${escape(returnUrl(session))}">Continue</a></p>`,
    )
  }
  const title = titleOf(account, session)
  return page(
    title,
    `<h1>${escape(title)}</h1>
${orderText(account, session)}
<form method="post" action="/c/pay/${session.id}" class="card" novalidate>
${waysToPay(session, state)}
${customerFields(account, session)}
<div class="actions"><button class="main" name="action" value="pay">${payLabel(account, session)}</button>
${session.cancel_url ? '<button name="action" value="cancel">Cancel and go back</button>' : ''}
${canSkipCard(account, session) ? '<button name="action" value="skip">Start trial without a card</button>' : ''}</div>
</form>
${TEST_CARDS_HINT}`,
  )
}

/** What the person pressed. */
export function submitCheckout(
  account: Account,
  sessionId: string,
  form: URLSearchParams,
): Response {
  const session = account.find('checkout.session', sessionId)
  if (!session || session.status !== 'open') return showCheckout(account, sessionId)
  const text = (name: string) => (form.get(name) ?? '').trim()
  if (text('action') === 'cancel' && session.cancel_url) return seeOther(session.cancel_url)
  if (text('action') === 'skip' && canSkipCard(account, session)) {
    return seeOther(
      returnUrl(completeSession(account, sessionId, { methodId: null, intent: null })),
    )
  }
  const values = {
    number: text('number'),
    expiry: text('expiry'),
    cvc: text('cvc'),
    name: text('name'),
  }
  const mayDebit = session.payment_method_types.includes('us_bank_account')
  const way = mayDebit && text('way') === 'bank_debit' ? 'bank_debit' : 'card'
  const outcome = paySession(account, session, { way, ...values, email: text('email') })
  if (outcome.kind !== 'problem') return seeOther(outcome.url)
  // The number and the code are typed again, as on any payment page.
  return showCheckout(account, sessionId, { values: { ...values, cvc: '' }, problem: outcome })
}

/** The bank's page, played by two buttons. */
export function showAuthentication(account: Account, sessionId: string): Response {
  const session = account.find('checkout.session', sessionId)
  const isWaiting =
    session?.status === 'open' && checkoutOf(account, sessionId).waiting !== undefined
  if (!session || !isWaiting) return showCheckout(account, sessionId)
  return page(
    '3-D Secure',
    `<h1>3-D Secure</h1>
<form method="post" class="card">
<p>The bank of this test card asks whether it is really you who pays ${amountText(session) || 'with it'}.</p>
<div class="actions"><button class="main" name="action" value="complete">Complete</button>
<button name="action" value="fail">Fail</button></div>
</form>`,
  )
}

export function submitAuthentication(
  account: Account,
  sessionId: string,
  form: URLSearchParams,
): Response {
  const session = account.find('checkout.session', sessionId)
  if (!session) return showCheckout(account, sessionId)
  const outcome: PayOutcome = finishAuthentication(
    account,
    sessionId,
    form.get('action') === 'complete',
  )
  if (outcome.kind === 'problem') {
    return showCheckout(account, sessionId, { ...EMPTY_CARD_FORM, problem: outcome })
  }
  return seeOther(outcome.url)
}

function titleOf(account: Account, session: Stripe.Checkout.Session): string {
  if (session.mode === 'setup') return 'Save a card'
  const names = checkoutOf(account, session.id).lineItems.map((item) => item.description)
  return session.mode === 'subscription'
    ? `Subscribe to ${names.join(', ')}`
    : `Pay for ${names.join(', ')}`
}

function amountText(session: Stripe.Checkout.Session): string {
  return session.amount_total === null
    ? ''
    : moneyText(session.amount_total, session.currency ?? 'usd')
}

function orderText(account: Account, session: Stripe.Checkout.Session): string {
  if (session.mode === 'setup') return '<p class="soft">Nothing is charged now.</p>'
  const [item] = checkoutOf(account, session.id).lineItems
  const interval = item?.price?.recurring?.interval
  const { trial_period_days: days, trial_end: end } = checkoutOf(
    account,
    session.id,
  ).subscriptionData
  const product = account.find('product', idOf(item?.price?.product))
  const trial = days
    ? `<p>Free for ${days} days, then as above.</p>`
    : end
      ? `<p>Free until ${dateText(end)}, then as above.</p>`
      : ''
  return `<p class="amount">${amountText(session)}${interval ? ` <span class="soft">per ${interval}</span>` : ''}</p>
${product?.description ? `<p class="soft">${escape(product.description)}</p>` : ''}${trial}`
}

function waysToPay(session: Stripe.Checkout.Session, state: CardFormState): string {
  const choices =
    session.mode === 'setup' || !session.payment_method_types.includes('us_bank_account')
      ? ''
      : `<fieldset><legend>Pay with</legend>
<label class="choice"><input type="radio" name="way" value="card" checked> Card</label>
<label class="choice"><input type="radio" name="way" value="bank_debit"> Bank debit (pays later)</label>
</fieldset>`
  return `${choices}${cardFields(state)}`
}

function customerFields(account: Account, session: Stripe.Checkout.Session): string {
  const known = account.find('customer', idOf(session.customer))?.email ?? session.customer_email
  return known
    ? `<p class="soft">Receipt to ${escape(known)}</p>`
    : field({ name: 'email', label: 'Email', type: 'email', autocomplete: 'email' })
}

function payLabel(account: Account, session: Stripe.Checkout.Session): string {
  if (session.mode === 'setup') return 'Save card'
  if (isFreeAtFirst(account, session)) return 'Start trial'
  return session.mode === 'subscription' ? `Subscribe` : `Pay ${amountText(session)}`
}

function canSkipCard(account: Account, session: Stripe.Checkout.Session): boolean {
  return (
    session.payment_method_collection === 'if_required' &&
    session.mode === 'subscription' &&
    isFreeAtFirst(account, session)
  )
}

function backLink(session: Stripe.Checkout.Session): string {
  return session.cancel_url
    ? `<p><a class="button" href="${escape(session.cancel_url)}">Go back</a></p>`
    : ''
}
