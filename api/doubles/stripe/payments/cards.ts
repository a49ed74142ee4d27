/** What a number does, as Stripe's test cards do. */
export interface CardBehaviour {
  brand: 'visa' | 'mastercard' | 'us_bank_account'
  /** How a charge ends. */
  charge: 'succeeds' | 'declines' | 'authenticates' | 'always_authenticates' | 'is_delayed'
  /** Whether the card can be saved without a charge. */
  canBeSaved: boolean
  decline?: Decline
  isDisputedLater?: boolean
  refundFailsLater?: boolean
}

export interface Decline {
  code: string
  decline_code: string
  message: string
}

const declined = (
  declineCode: string,
  message = 'Your card was declined.',
  code = 'card_declined',
) => ({
  code,
  decline_code: declineCode,
  message,
})
const visa = (
  charge: CardBehaviour['charge'],
  rest: Partial<CardBehaviour> = {},
): CardBehaviour => ({
  brand: 'visa',
  charge,
  canBeSaved: charge !== 'declines',
  ...rest,
})
const declining = (decline: Decline) => visa('declines', { decline })

/** Of https://docs.stripe.com/testing, as of 2026. */
export const CARDS: Record<string, CardBehaviour> = {
  '4242424242424242': visa('succeeds'),
  '5555555555554444': { ...visa('succeeds'), brand: 'mastercard' },
  '4000000000000002': declining(declined('generic_decline')),
  '4000000000009995': declining(
    declined('insufficient_funds', 'Your card has insufficient funds.'),
  ),
  '4000000000009987': declining(declined('lost_card')),
  '4000000000000069': declining(declined('expired_card', 'Your card has expired.', 'expired_card')),
  '4000000000000127': declining(
    declined('incorrect_cvc', "Your card's security code is incorrect.", 'incorrect_cvc'),
  ),
  '4000000000000119': declining(
    declined(
      'processing_error',
      'An error occurred while processing your card. Try again in a little bit.',
      'processing_error',
    ),
  ),
  '4000000000000341': visa('declines', { canBeSaved: true, decline: declined('generic_decline') }),
  '4000002500003155': visa('authenticates'),
  '4000002760003184': visa('always_authenticates'),
  '4000000000000259': visa('succeeds', { isDisputedLater: true }),
  '4000000000005126': visa('succeeds', { refundFailsLater: true }),
}

/** Not a card: the money comes days later, or not. */
export const BANK_DEBIT = 'bank_debit'
const BANK_DEBIT_BEHAVIOUR: CardBehaviour = {
  brand: 'us_bank_account',
  charge: 'is_delayed',
  canBeSaved: true,
}

/** Ready-made payment methods that programs attach by name. */
export const NAMED_CARDS: Record<string, string> = {
  pm_card_visa: '4242424242424242',
  pm_card_mastercard: '5555555555554444',
  pm_card_visa_chargeDeclined: '4000000000000002',
  pm_card_visa_chargeDeclinedInsufficientFunds: '4000000000009995',
  pm_card_chargeCustomerFail: '4000000000000341',
  pm_card_authenticationRequiredOnSetup: '4000002500003155',
  pm_card_authenticationRequired: '4000002760003184',
  pm_card_createDispute: '4000000000000259',
}

export const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
}

export function behaviourOf(number: string): CardBehaviour {
  return number === BANK_DEBIT ? BANK_DEBIT_BEHAVIOUR : (CARDS[number] ?? visa('succeeds'))
}

export interface CardInput {
  number: string
  expiry: string
  cvc: string
}

export type CardField = 'number' | 'expiry' | 'cvc'

export interface ReadCard {
  number: string
  month: number
  year: number
}

/** The mistakes that a payment form finds before anything is sent. */
export function readCard(
  input: CardInput,
  nowSeconds: number,
): ReadCard | { field: CardField; message: string } {
  const number = input.number.replaceAll(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(number) || !passesLuhn(number)) {
    return { field: 'number', message: 'Your card number is invalid.' }
  }
  if (!(number in CARDS)) {
    return { field: 'number', message: 'This is a stand-in: use one of the test cards below.' }
  }
  const [, monthText, yearText] = /^\s*(\d{1,2})\s*\/\s*(\d{2}|\d{4})\s*$/.exec(input.expiry) ?? []
  const month = Number(monthText)
  const year = Number(yearText) + (yearText?.length === 2 ? 2000 : 0)
  if (!(month >= 1 && month <= 12)) {
    return { field: 'expiry', message: "Your card's expiration date is incomplete." }
  }
  if (Date.UTC(year, month) / 1000 <= nowSeconds) {
    return { field: 'expiry', message: "Your card's expiration date is in the past." }
  }
  if (!/^\d{3,4}$/.test(input.cvc.trim())) {
    return { field: 'cvc', message: "Your card's security code is incomplete." }
  }
  return { number, month, year }
}

function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
