import type { Client, TypedDocumentNode } from '@urql/core'
import type { GenericSchema } from 'valibot'
import { failureFromGraphql, type Failure } from '../failure.ts'

/** What every operation answers beside its own part: what served, what it cost and what is left. */
export interface OperationCharge {
  quality_level: string
  model: string
  offline: boolean
  charged_credits: number
  available_credits: number
  reservation_id: string
  replayed: boolean
}

/** What every operation is asked beside its own fields. */
interface CommonInput {
  quality_level?: string | null
  idempotency_key: string
}

export type Translate = (key: string, named?: Record<string, unknown>) => string

/** All that the shared panel has to know about one operation. Its texts stand under `operations.of.<name>`. */
export interface OperationDefinition<Draft extends object, Answer extends OperationCharge> {
  /** The action, which is also the name of the stream. */
  name: string
  capability: string
  emptyDraft: () => Draft
  schema: (t: Translate) => GenericSchema<Draft>
  /** The operation's own input; part of the identity of a request. */
  toInput: (draft: Draft) => object
  /** For copying. */
  toText: (answer: Answer) => string
  ask: (client: Client, input: object) => AskedOperation<Answer>
}

export interface AskedOperation<Answer> {
  then(listener: (outcome: { answer: Answer } | { problem: Failure }) => void): { stop(): void }
}

/** Binds an operation to its mutation, whose types end here: the panel handles any operation. */
export function defineOperation<
  Name extends string,
  Draft extends object,
  Input extends CommonInput,
  Answer extends OperationCharge,
>(
  definition: Omit<OperationDefinition<Draft, Answer>, 'ask' | 'toInput'> & {
    name: Name
    document: TypedDocumentNode<Record<Name, Answer>, { input: Input }>
    toInput: (draft: Draft) => Omit<Input, keyof CommonInput | 'form'>
  },
): OperationDefinition<Draft, Answer> {
  const { document, ...rest } = definition
  return {
    ...rest,
    ask: (client, input) => ({
      then(listener) {
        const { unsubscribe } = client
          .mutation(document, { input: input as Input })
          .subscribe(({ data, error }) => {
            if (error) listener({ problem: failureFromGraphql(error) })
            else if (data) listener({ answer: data[definition.name] })
          })
        return { stop: unsubscribe }
      },
    }),
  }
}
