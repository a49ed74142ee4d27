import { useClientHandle } from '@urql/vue'
import { watchDebounced } from '@vueuse/core'
import { shallowRef, type Ref } from 'vue'
import { AiAccessDocument, type AiAccessQuery } from '@/gql/member/graphql.ts'
import { failure } from '@/shared/failure.ts'
import { isDenial, type Denial } from './denial.ts'

const QUIET_MILLISECONDS = 250

type AccessAnswer = AiAccessQuery['check_ai_access']
export type RateLimit = AccessAnswer['rate_limits'][number]

/**
 * Asks the server, before the click, whether a run would be let through: the page and the enforcement read one source.
 * Asked again when the level changes and when `changes` does, which is whatever may turn the answer.
 */
export function useAccessCheck(options: {
  capability: string
  levelId: Ref<string | null>
  changes: Ref<unknown>
}) {
  const { client } = useClientHandle()
  const denial = shallowRef<Denial | null>(null)
  /** null until the first answer. */
  const rateLimits = shallowRef<readonly RateLimit[] | null>(null)
  let latest = 0

  async function check() {
    const levelId = options.levelId.value
    const turn = ++latest
    const { data } = await client
      .query(
        AiAccessDocument,
        { capability: options.capability, quality_level: levelId },
        { requestPolicy: 'network-only' },
      )
      .toPromise()
    // Without an answer nothing is forbidden here: the run itself will be checked.
    if (turn !== latest) return
    denial.value = data ? denialFrom(data.check_ai_access) : null
    if (data) rateLimits.value = data.check_ai_access.rate_limits
  }

  watchDebounced([options.levelId, options.changes], check, {
    debounce: QUIET_MILLISECONDS,
    immediate: true,
  })
  return { denial, rateLimits, check }
}

function denialFrom(answer: AccessAnswer): Denial | null {
  if (answer.allowed || !answer.reason) return null
  const problem = failure(
    answer.reason,
    {
      required_credits: answer.estimated_credits,
      available_credits: answer.available_credits,
      allowed_quality_levels: answer.allowed_quality_levels,
      unlocked_by_plan: answer.unlocked_by_plan,
      retry_after_seconds: answer.retry_after_seconds,
    },
    answer.message,
  )
  return isDenial(problem) ? problem : null
}
