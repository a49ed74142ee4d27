import type { Client } from '@urql/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { CreditBalanceDocument } from '@/gql/member/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { balanceFrom, type BalanceRow } from './balance.ts'

/** The organization's balance, live. Each result replaces the one before: what is shown is what the server last said. */
export const useCreditBalance = defineStore('credit-balance', () => {
  const row = shallowRef<BalanceRow | null>(null)
  const problem = shallowRef<Failure | null>(null)
  const hasAnswered = ref(false)
  const balance = computed(() => (row.value ? balanceFrom(row.value) : null))

  /** Follows the balance until the returned function is called; the shell does so once for the whole app. */
  function follow(client: Client): () => void {
    row.value = null
    problem.value = null
    hasAnswered.value = false
    const { unsubscribe } = client.subscription(CreditBalanceDocument, {}).subscribe((result) => {
      problem.value = result.error ? failureFromGraphql(result.error) : null
      if (!result.data) return
      hasAnswered.value = true
      row.value = result.data.organization_credit_balances[0] ?? null
    })
    return unsubscribe
  }

  return { balance, problem, hasAnswered, follow }
})
