// The same in separate steps, for work that does not fit into one function: a queue, a stream, a batch.
import { createPurserClient, PurserError } from '@purser/client'

const purser = createPurserClient({
  url: process.env['PURSER_GRAPHQL_URL'] ?? 'http://127.0.0.1:8080/v1/graphql',
  serviceToken: process.env['PURSER_SERVICE_TOKEN'] ?? '',
})

const access = await purser.checkAccess({ capability: 'testimonial_polish', amountCredits: 3 })
if (!access.allowed) throw new Error(`${access.reason}: ${access.message}`)

const { reservationId } = await purser.reserve({
  capability: 'testimonial_polish',
  amountCredits: 3,
  // The job's own identifier: should this program start again, it finds the same hold.
  idempotencyKey: `job ${process.argv[2] ?? 'unnamed'}`,
  expiresInSeconds: 600,
})
try {
  await purser.extend(reservationId, 900)
  const settled = await purser.settle(reservationId, { amountCredits: 1.25 })
  console.log(`charged ${settled.chargedCredits}, gave back ${settled.releasedCredits}`)
} catch (error) {
  if (!(error instanceof PurserError)) await purser.release(reservationId, String(error))
  throw error
}
