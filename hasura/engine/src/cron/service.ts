import { schedule, validate, type ScheduledTask } from 'node-cron'
import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { ensureEngineSchema } from '../engine-schema.ts'
import type { Environment } from '../environment-template.ts'
import type { CronTriggerMetadata } from '../metadata/actions.ts'
import { deliverCronEvent } from './delivery.ts'
import {
  claimDueEvents,
  finishEvent,
  forgetOldEvents,
  retryEventLater,
  scheduleEvent,
  type ClaimedEvent,
} from './events.ts'

/** Hasura's defaults of retry_conf. */
const defaults = { retries: 0, intervalSeconds: 10, timeoutSeconds: 60, toleranceSeconds: 21_600 }
const pollMilliseconds = 1000
/** Beyond the longest delivery: time for a row that a dead process holds. */
const leaseMarginSeconds = 10

/** Fires the metadata's cron triggers, in UTC, at least once and by one engine of many. */
export class CronService {
  readonly #sql: Sql
  readonly #environment: Environment
  readonly #logger: Logger
  #triggers = new Map<string, CronTriggerMetadata>()
  #tasks: ScheduledTask[] = []
  #poll: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #stopped = false

  constructor(sql: Sql, environment: Environment, logger: Logger) {
    this.#sql = sql
    this.#environment = environment
    this.#logger = logger
  }

  /** Replaces the schedule by that of new metadata. */
  apply(triggers: readonly CronTriggerMetadata[]): void {
    for (const task of this.#tasks.splice(0)) void task.destroy()
    this.#triggers = new Map(triggers.map((trigger) => [trigger.name, trigger]))
    if (this.#stopped || triggers.length === 0) return
    for (const trigger of triggers) {
      if (!validate(trigger.schedule)) {
        this.#logger.error({ trigger: trigger.name }, 'cron trigger: the schedule is not valid')
        continue
      }
      const fire = ({ date }: { date: Date }) => this.#tick(trigger, date)
      this.#tasks.push(schedule(trigger.schedule, fire, { timezone: 'UTC', unref: true }))
    }
    this.#poll ??= setInterval(() => this.#work(), pollMilliseconds).unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#poll)
    for (const task of this.#tasks.splice(0)) void task.destroy()
    await this.#working
  }

  async #tick(trigger: CronTriggerMetadata, date: Date): Promise<void> {
    const scheduledTime = new Date(Math.floor(date.getTime() / 1000) * 1000)
    try {
      await ensureEngineSchema(this.#sql)
      await scheduleEvent(this.#sql, trigger.name, scheduledTime)
      await forgetOldEvents(this.#sql)
      this.#work()
    } catch (error) {
      this.#logger.error({ trigger: trigger.name, err: error }, 'cron trigger: not scheduled')
    }
  }

  #work(): void {
    this.#working ??= this.#deliverDue()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'cron triggers: no delivery'))
      .finally(() => {
        this.#working = undefined
      })
  }

  async #deliverDue(): Promise<void> {
    await ensureEngineSchema(this.#sql)
    const timeouts = [...this.#triggers.values()].map(timeoutSecondsOf)
    const leaseSeconds = Math.max(...timeouts) + leaseMarginSeconds
    const names = [...this.#triggers.keys()]
    const events = await claimDueEvents(this.#sql, names, leaseSeconds)
    await Promise.all(events.map((event) => this.#deliver(event)))
  }

  async #deliver(event: ClaimedEvent): Promise<void> {
    const trigger = this.#triggers.get(event.triggerName)
    if (trigger === undefined) return
    const retry = trigger.retry_conf
    const tolerance = retry?.tolerance_seconds ?? defaults.toleranceSeconds
    if (Date.now() - event.scheduledTime.getTime() > tolerance * 1000) {
      await finishEvent(this.#sql, event.id, 'dead')
      return
    }
    try {
      await deliverCronEvent(trigger, event, this.#environment, timeoutSecondsOf(trigger))
      await finishEvent(this.#sql, event.id, 'delivered')
    } catch (error) {
      const { name } = trigger
      this.#logger.warn({ trigger: name, tries: event.tries, err: error }, 'cron delivery failed')
      if (event.tries > (retry?.num_retries ?? defaults.retries)) {
        await finishEvent(this.#sql, event.id, 'error')
      } else {
        const seconds = retry?.retry_interval_seconds ?? defaults.intervalSeconds
        await retryEventLater(this.#sql, event.id, seconds)
      }
    }
  }
}

const timeoutSecondsOf = (trigger: CronTriggerMetadata): number =>
  trigger.retry_conf?.timeout_seconds ?? defaults.timeoutSeconds
