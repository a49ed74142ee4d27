import type { CardField } from '../payments/cards.ts'
import { escape, field } from './html.ts'

export interface CardFormState {
  values: { number: string; expiry: string; cvc: string; name: string }
  problem: { field: CardField | null; message: string } | null
}

export const EMPTY_CARD_FORM: CardFormState = {
  values: { number: '', expiry: '', cvc: '', name: '' },
  problem: null,
}

/** The same fields wherever a card is asked for. */
export function cardFields({ values, problem }: CardFormState): string {
  const problemOf = (name: CardField) => (problem?.field === name ? problem.message : null)
  return `${problem && problem.field === null ? `<p class="problem" role="alert">${escape(problem.message)}</p>` : ''}
${field({ name: 'number', label: 'Card number', value: values.number, autocomplete: 'cc-number', inputmode: 'numeric', placeholder: '4242 4242 4242 4242', problem: problemOf('number') })}
<div class="pair">
<div>${field({ name: 'expiry', label: 'Expiry (MM / YY)', value: values.expiry, autocomplete: 'cc-exp', inputmode: 'numeric', placeholder: '12 / 34', problem: problemOf('expiry') })}</div>
<div>${field({ name: 'cvc', label: 'Security code (CVC)', value: values.cvc, autocomplete: 'cc-csc', inputmode: 'numeric', placeholder: '123', problem: problemOf('cvc') })}</div>
</div>
${field({ name: 'name', label: 'Name on card', value: values.name, autocomplete: 'cc-name' })}`
}

export const TEST_CARDS_HINT = `<details class="card"><summary>Test cards</summary>
<table>
<tr><th scope="col">Number</th><th scope="col">What happens</th></tr>
<tr><td><code>4242 4242 4242 4242</code></td><td>pays</td></tr>
<tr><td><code>4000 0000 0000 0002</code></td><td>is declined</td></tr>
<tr><td><code>4000 0000 0000 9995</code></td><td>has insufficient funds</td></tr>
<tr><td><code>4000 0025 0000 3155</code></td><td>asks for 3-D Secure</td></tr>
<tr><td><code>4000 0000 0000 0341</code></td><td>can be saved, but charges fail</td></tr>
<tr><td><code>4000 0000 0000 0259</code></td><td>pays, and is disputed soon</td></tr>
<tr><td><code>4000 0000 0000 5126</code></td><td>pays; a refund fails soon</td></tr>
</table>
<p class="soft">Any date in the future and any three digits will do.</p></details>`
