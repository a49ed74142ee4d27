import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { startOpenAiDouble } from './openai/server.ts'

/** As long as a quick model takes: the page shows the hold before the charge. */
const DEFAULT_LATENCY_MILLISECONDS = 800

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env['PURSER_MODEL_DOUBLE_PORT'] ?? '0' },
    'latency-milliseconds': { type: 'string', default: String(DEFAULT_LATENCY_MILLISECONDS) },
  },
})

const double = await startOpenAiDouble({
  port: Number(values.port),
  latencyMilliseconds: Number(values['latency-milliseconds']),
})
// For the stack runner: one line of JSON when the double answers.
console.log(JSON.stringify({ model_double_url: double.baseUrl }))

await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
await double.close()
