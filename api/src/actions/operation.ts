import { z } from 'zod'
import type { Operation, OperationAnswer, OperationWatcher } from '../ai/operation.ts'
import type { Action, ActionCall } from './action.ts'
import { idempotencyKey, identifier, optional } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

/** Inputs that every operation has, beside its own. */
const commonFields = {
  quality_level: optional(identifier),
  idempotency_key: idempotencyKey,
}

interface CommonFields {
  quality_level: string | null
  idempotency_key: string
}

export interface OperationDefinition<Fields extends z.ZodRawShape, Input, Answer> {
  /** The same word as the action in hasura/metadata/actions.yaml. */
  name: string
  operation: Operation<Input, Answer>
  /** Of the action's `input` argument. */
  fields: Fields
  toInput(fields: z.output<z.ZodObject<Fields>>): Input
  /** The part of the answer that only this operation has. */
  toOutput(answer: Answer): object
}

export interface OperationAction extends Action {
  /** The same run with somebody watching, who is told the answer so far in the shape of the output. */
  watch(call: ActionCall<unknown>, watcher: OperationWatcher): Promise<object>
}

/** An operation as an action: one shape of input and output, and one runner, for all of them. */
export function defineOperationAction<Fields extends z.ZodRawShape, Input, Answer>(
  definition: OperationDefinition<Fields, Input, Answer>,
): OperationAction {
  const own = z.strictObject(definition.fields)

  async function start(
    { input, session, services, log }: ActionCall<unknown>,
    watcher: OperationWatcher | null,
  ): Promise<object> {
    const fields = (input as { input: z.output<typeof own> & CommonFields }).input
    const result = await services.operations.run(definition.operation, {
      organizationId: requireOrganization(session),
      userId: requireUser(session),
      qualityLevel: fields.quality_level,
      idempotencyKey: fields.idempotency_key,
      input: definition.toInput(fields),
      watcher,
      log,
    })
    return { ...definition.toOutput(result.answer), ...describeCharge(result) }
  }

  return {
    name: definition.name,
    roles: ['owner', 'org_admin', 'member'],
    input: z.strictObject({ input: own.extend(commonFields) }),
    run: (call) => start(call, null),
    watch: (call, watcher) =>
      start(call, {
        ...watcher,
        progressed: ({ attempt, partial }) =>
          watcher.progressed({
            attempt,
            partial: partial === null ? null : definition.toOutput(partial as Answer),
          }),
      }),
  }
}

/** What served, what it cost and what is left: the same words in every operation's output. */
function describeCharge(result: OperationAnswer<unknown>): object {
  return {
    quality_level: result.qualityLevel,
    model: result.model,
    provider: result.provider,
    offline: result.offline,
    charged_credits: result.chargedCredits,
    available_credits: result.availableCredits,
    reservation_id: result.reservationId,
    transaction_id: result.transactionId,
    replayed: result.replayed,
  }
}
