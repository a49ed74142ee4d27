import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { DEFAULT_WEBHOOK_SECRET, startStripeDouble } from './server.ts'

const HELP = `Usage: npx tsx doubles/stripe/main.ts [options]

An offline stand-in for Stripe on the loopback address: the API calls that Purser makes, payment
pages, signed webhooks. Take any STRIPE_SECRET_KEY that begins with sk_test_. What it can do, its
test cards and its control routes: doubles/README.md.

Options
  --port N            any free port unless given
  --webhook-url URL   where events are sent: http://127.0.0.1:3000/webhooks/stripe
  --state FILE        keeps customers, subscriptions and the rest over a restart
  --help

Environment
  STRIPE_WEBHOOK_SECRET   signs the events; ${DEFAULT_WEBHOOK_SECRET} unless given
`

class UsageError extends Error {}

const LARGEST_PORT = 65_535

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'webhook-url': { type: 'string' },
      state: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const key = process.env['STRIPE_SECRET_KEY']
  if (key && !key.startsWith('sk_test_')) {
    throw new UsageError(
      'STRIPE_SECRET_KEY is not a test key (sk_test_…): the stand-in does not start beside a live key',
    )
  }
  const port = values.port ?? '0'
  if (!/^\d+$/.test(port) || Number(port) > LARGEST_PORT) {
    throw new UsageError(`--port ${port} is not a port: give a number from 0 to ${LARGEST_PORT}`)
  }
  return { ...values, port: Number(port), webhookUrl: webhookUrlFrom(values['webhook-url']) }
}

function webhookUrlFrom(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol !== 'http:' || !['127.0.0.1', 'localhost'].includes(url.hostname)) {
    throw new UsageError(`--webhook-url ${text}: only http://127.0.0.1 or http://localhost`)
  }
  return text
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options.help) {
    process.stdout.write(HELP)
    return
  }
  const double = await startStripeDouble({
    port: options.port,
    ...(options.webhookUrl ? { webhookUrl: options.webhookUrl } : {}),
    ...(options.state ? { stateFile: options.state } : {}),
    webhookSecret: process.env['STRIPE_WEBHOOK_SECRET'] || DEFAULT_WEBHOOK_SECRET,
  })
  // For the stack runner: one line of JSON when the double answers.
  console.log(JSON.stringify({ stripe_url: double.url }))
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  await double.close()
}

main().catch((error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException
  const isExpected =
    error instanceof UsageError ||
    code?.startsWith('ERR_PARSE_ARGS') ||
    message.startsWith('The state file')
  if (code === 'EADDRINUSE') console.error('The port is taken: give another with --port')
  else console.error(isExpected ? `${message}. See --help.` : error)
  process.exitCode = 1
})
