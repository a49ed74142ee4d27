import access from './en/access.json'
import app from './en/app.json'
import billing from './en/billing.json'
import capabilities from './en/capabilities.json'
import caps from './en/caps.json'
import credits from './en/credits.json'
import errors from './en/errors.json'
import history from './en/history.json'
import identity from './en/identity.json'
import keys from './en/keys.json'
import operations from './en/operations.json'
import plans from './en/plans.json'
import questions from './en/questions.json'
import quotas from './en/quotas.json'
import sessions from './en/sessions.json'
import testimonials from './en/testimonials.json'
import topups from './en/topups.json'
import usage from './en/usage.json'

export const en = {
  access,
  app,
  billing,
  capabilities,
  caps,
  credits,
  errors,
  history,
  identity,
  keys,
  operations,
  plans,
  questions,
  quotas,
  sessions,
  testimonials,
  topups,
  usage,
}
