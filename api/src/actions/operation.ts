import { z } from 'zod'
import type {
  HeldReservation,
  Operation,
  OperationAnswer,
  OperationRequest,
  OperationWatcher,
} from '../ai/operation.ts'
import { ANONYMOUS_ROLE } from '../auth/hasura-roles.ts'
import { AppError, invalidInput } from '../errors.ts'
import type { Action, ActionCall } from './action.ts'
import { formCustomer, generateForCustomer } from './form-customer.ts'
import { idempotencyKey, identifier, optional } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

/** Inputs that every operation has, beside its own. */
const commonFields = {
  quality_level: optional(identifier),
  idempotency_key: idempotencyKey,
  /** Given by a customer of a form, who has not signed in; by nobody else. */
  form: optional(formCustomer),
}

interface CommonFields {
  quality_level: string | null
  idempotency_key: string
  form: z.output<typeof formCustomer> | null
}

/** Who an operation is for, and who pays. */
type Caller = Pick<
  OperationRequest<unknown>,
  'organizationId' | 'userId' | 'qualityLevel' | 'idempotencyKey' | 'formId'
>

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
    const run = async (caller: Caller) => {
      const result = await services.operations.run(definition.operation, {
        ...caller,
        input: definition.toInput(fields),
        watcher: watcher && watcherOf(caller, watcher),
        log,
      })
      return { ...definition.toOutput(result.answer), ...describeCharge(result, caller) }
    }
    const { idempotency_key: idempotencyKey, quality_level: qualityLevel, form } = fields
    if (session.role === ANONYMOUS_ROLE) {
      if (!form) throw new AppError('unauthenticated')
      if (qualityLevel !== null) throw invalidInput('quality_level', 'not_for_customers')
      const { capability } = definition.operation
      const request = { capability, idempotencyKey }
      return generateForCustomer(form, request, { services, log }, (customer) =>
        run({ ...customer, userId: null, qualityLevel: null }),
      )
    }
    if (form) throw invalidInput('form', 'only_for_customers')
    return run({
      organizationId: requireOrganization(session),
      userId: requireUser(session),
      qualityLevel,
      idempotencyKey,
      formId: null,
    })
  }

  const watcherOf = (caller: Caller, watcher: OperationWatcher): OperationWatcher => ({
    gone: watcher.gone,
    reserved: (held) => watcher.reserved(caller.formId === null ? held : withoutCredits(held)),
    progressed: ({ attempt, partial }) =>
      watcher.progressed({
        attempt,
        partial: partial === null ? null : definition.toOutput(partial as Answer),
      }),
  })

  return {
    name: definition.name,
    roles: ['owner', 'org_admin', 'member', ANONYMOUS_ROLE],
    input: z.strictObject({ input: own.extend(commonFields) }),
    run: (call) => start(call, null),
    watch: start,
  }
}

/** What served, what it cost and what is left: the same words in every operation's output. */
function describeCharge(result: OperationAnswer<unknown>, { formId }: Caller): object {
  const isMember = formId === null
  return {
    quality_level: result.qualityLevel,
    model: result.model,
    provider: result.provider,
    offline: result.offline,
    // A customer of a form pays nothing; what the organization pays and has is not theirs to see.
    charged_credits: isMember ? result.chargedCredits : 0,
    available_credits: isMember ? result.availableCredits : 0,
    reservation_id: result.reservationId,
    transaction_id: isMember ? result.transactionId : null,
    replayed: result.replayed,
  }
}

function withoutCredits(held: HeldReservation): HeldReservation {
  return { ...held, amountCredits: 0, availableCredits: 0 }
}
