import { configFrom } from './config.ts'
import { startWebServer } from './create-web-server.ts'

try {
  const server = await startWebServer(configFrom(process.env))
  console.log(`Web app on ${server.url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.close().then(() => process.exit(0)))
  }
} catch (error) {
  console.error(`The web server did not start: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
