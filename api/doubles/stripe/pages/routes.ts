import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Account } from '../state/account.ts'
import {
  showAuthentication,
  showCheckout,
  submitAuthentication,
  submitCheckout,
} from './checkout.ts'
import { showDashboard, submitDashboard } from './dashboard.ts'
import { showInvoice, showPortal, showReceipt, submitInvoice, submitPortal } from './portal.ts'

/** The pages that Stripe hosts, and one in the place of its dashboard. */
export function addPages(app: Hono<{ Bindings: HttpBindings }>, account: Account): void {
  const form = async (request: Request) => new URLSearchParams(await request.text())
  app.get('/', () => showDashboard(account))
  app.post('/', async (c) => submitDashboard(account, await form(c.req.raw)))
  app.get('/c/pay/:id', (c) => showCheckout(account, c.req.param('id')))
  app.post('/c/pay/:id', async (c) =>
    submitCheckout(account, c.req.param('id'), await form(c.req.raw)),
  )
  app.get('/3ds/:id', (c) => showAuthentication(account, c.req.param('id')))
  app.post('/3ds/:id', async (c) =>
    submitAuthentication(account, c.req.param('id'), await form(c.req.raw)),
  )
  app.get('/p/session/:id', (c) => showPortal(account, c.req.param('id')))
  app.post('/p/session/:id', async (c) =>
    submitPortal(account, c.req.param('id'), await form(c.req.raw)),
  )
  app.get('/i/:id', (c) => showInvoice(account, c.req.param('id')))
  // Stripe answers a PDF here; a page prints as well.
  app.get('/i/:id/pdf', (c) => showInvoice(account, c.req.param('id')))
  app.post('/i/:id', (c) => submitInvoice(account, c.req.param('id')))
  app.get('/receipts/:id', (c) => showReceipt(account, c.req.param('id')))
}
