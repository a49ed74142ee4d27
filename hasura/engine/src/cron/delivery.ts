import { configuredHeaders, fillTemplate, type Environment } from '../environment-template.ts'
import type { CronTriggerMetadata } from '../metadata/actions.ts'

export type CronEvent = { id: string; scheduledTime: Date }

/** The body that Hasura posts: fields without a value are left out. */
function cronPayload(trigger: CronTriggerMetadata, event: CronEvent): Record<string, unknown> {
  return {
    id: event.id,
    name: trigger.name,
    scheduled_time: event.scheduledTime.toISOString().replace('.000Z', 'Z'),
    payload: trigger.payload ?? null,
    ...(trigger.comment == null ? {} : { comment: trigger.comment }),
  }
}

/** Posts one event; resolves when the answer is 2xx, rejects with the reason otherwise. */
export async function deliverCronEvent(
  trigger: CronTriggerMetadata,
  event: CronEvent,
  environment: Environment,
  timeoutSeconds: number,
): Promise<void> {
  const headers = new Headers({ 'content-type': 'application/json' })
  for (const [name, value] of configuredHeaders(trigger.headers ?? [], environment)) {
    headers.set(name, value)
  }
  const response = await fetch(fillTemplate(trigger.webhook, environment), {
    method: 'POST',
    headers,
    body: JSON.stringify(cronPayload(trigger, event)),
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  })
  // The body is of no use, but an unread one would keep its connection busy.
  await response.body?.cancel()
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
}
