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
  quality_level?: string | null | undefined
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
  /** For copying and for reading out; of an answer that is being written, what there is. */
  toText: (answer: Partial<Answer>) => string
  /** Runs the plain action; returns what ends the waiting for it. */
  ask: (
    client: Client,
    input: object,
    listener: (outcome: { answer: Answer } | { problem: Failure }) => void,
  ) => () => void
}

/** Binds an operation to its mutation, whose types end here: the panel handles any operation. */
export function defineOperation<
  Name extends string,
  Draft extends object,
  Variables extends { input: CommonInput },
  Answer extends OperationCharge,
>(
  definition: Omit<OperationDefinition<Draft, Answer>, 'ask' | 'toInput'> & {
    name: Name
    document: TypedDocumentNode<Record<Name, Answer>, Variables>
    toInput: (draft: Draft) => Omit<Variables['input'], keyof CommonInput | 'form'>
  },
): OperationDefinition<Draft, Answer> {
  const { document, ...rest } = definition
  return {
    ...rest,
    ask(client, input, listener) {
      const { unsubscribe } = client
        .mutation<Record<Name, Answer>>(document, { input })
        .subscribe(({ data, error }) => {
          if (error) listener({ problem: failureFromGraphql(error) })
          else if (data) listener({ answer: data[definition.name] })
        })
      return unsubscribe
    },
  }
}
