import { useMutation, useSubscription } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import { RemoveMemberCapDocument, SetMemberCapDocument } from '@/gql/admin/graphql.ts'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  CapCatalogueDocument,
  CappedUsagesDocument,
  MemberCapRowFragmentDoc,
  MemberCapsDocument,
} from '@/gql/member/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import { capSubjects, capsWithUsage, type MemberCap } from './caps.ts'

/** Members and their caps, with what is used of each, live. Members are sent their own only. */
export function useMemberCaps(options: { creditsName: () => string }) {
  const openedAt = new Date().toISOString()
  const caps = useSubscription({ query: MemberCapsDocument })
  const rows = computed(() =>
    caps.data.value ? readFragment(MemberCapRowFragmentDoc, caps.data.value.member_caps) : null,
  )
  const cappedIds = computed(() => [...new Set(rows.value?.map((row) => row.user_id) ?? [])])
  const usages = useSubscription({
    query: CappedUsagesDocument,
    variables: computed(() => ({ user_ids: cappedIds.value, now: openedAt })),
    pause: computed(() => cappedIds.value.length === 0),
  })
  const catalogue = useRecoveringQuery({ query: CapCatalogueDocument, variables: {} })

  const isLoaded = computed(() => rows.value !== null && catalogue.data.value !== undefined)
  return {
    members: computed(() => catalogue.data.value?.organization_members ?? []),
    subjects: computed(() =>
      capSubjects(catalogue.data.value?.meters ?? [], options.creditsName()),
    ),
    caps: computed(() => capsWithUsage(rows.value ?? [], usages.data.value?.quota_usages ?? [])),
    isLoaded,
    failure: computed(
      () =>
        catalogue.failure.value ?? (caps.error.value ? failureFromGraphql(caps.error.value) : null),
    ),
    retry: () => {
      catalogue.retry()
      caps.executeSubscription()
    },
  }
}

/** Sets a cap, or changes the one that there is. */
export function useSetMemberCap() {
  const { executeMutation, fetching } = useMutation(SetMemberCapDocument)
  const problem = shallowRef<Failure | null>(null)

  async function set(cap: {
    userId: string
    meterId: string
    period: string
    limit: number
  }): Promise<boolean> {
    const { data, error } = await executeMutation({
      cap: {
        user_id: cap.userId,
        meter_id: cap.meterId,
        period: cap.period,
        limit_amount: cap.limit,
      },
    })
    problem.value = error ? failureFromGraphql(error) : null
    return Boolean(data?.insert_member_caps_one)
  }

  return { set, isSaving: fetching, problem }
}

export function useRemoveMemberCap() {
  const { executeMutation, fetching } = useMutation(RemoveMemberCapDocument)
  const problem = shallowRef<Failure | null>(null)

  /** True also when it was gone already: what was asked for is so. */
  async function remove(cap: MemberCap): Promise<boolean> {
    const { error } = await executeMutation({
      organization_id: cap.organizationId,
      user_id: cap.userId,
      meter_id: cap.meterId,
      period: cap.period,
    })
    problem.value = error ? failureFromGraphql(error) : null
    return !error
  }

  return { remove, isRemoving: fetching, problem }
}
