import access from './en/access.json'
import app from './en/app.json'
import capabilities from './en/capabilities.json'
import credits from './en/credits.json'
import errors from './en/errors.json'
import history from './en/history.json'
import identity from './en/identity.json'
import keys from './en/keys.json'
import operations from './en/operations.json'
import questions from './en/questions.json'
import testimonials from './en/testimonials.json'

export const en = {
  access,
  app,
  capabilities,
  credits,
  errors,
  history,
  identity,
  keys,
  operations,
  questions,
  testimonials,
}
