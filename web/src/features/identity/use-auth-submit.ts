import { computed, onScopeDispose, ref } from 'vue'
import { detailNumber, type Failure } from '@/shared/failure.ts'
import { useFailureText } from '@/shared/failure-text.ts'
import { AuthError } from './auth-client.ts'

const ONE_SECOND_MILLISECONDS = 1_000

/** Runs a form's request: one at a time, its failure as text, and a countdown while the server asks to wait. */
export function useAuthSubmit<Input = void>(send: (input: Input) => Promise<void>) {
  const failureText = useFailureText()
  const isSending = ref(false)
  const problem = ref<Failure | null>(null)
  const waitSeconds = ref(0)
  let countdown: ReturnType<typeof setInterval> | undefined

  function startWaiting(seconds: number) {
    waitSeconds.value = Math.ceil(seconds)
    clearInterval(countdown)
    countdown = setInterval(() => {
      waitSeconds.value--
      if (waitSeconds.value > 0) return
      clearInterval(countdown)
      problem.value = null
    }, ONE_SECOND_MILLISECONDS)
  }
  onScopeDispose(() => clearInterval(countdown))

  async function submit(input: Input) {
    if (isSending.value || waitSeconds.value > 0) return
    isSending.value = true
    problem.value = null
    try {
      await send(input)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      problem.value = error.failure
      const seconds = detailNumber(error.failure, 'retry_after_seconds')
      if (seconds !== null) startWaiting(seconds)
    } finally {
      isSending.value = false
    }
  }

  const problemText = computed(() => {
    if (!problem.value) return ''
    const details =
      waitSeconds.value > 0 ? { retry_after_seconds: waitSeconds.value } : problem.value.details
    return failureText({ ...problem.value, details })
  })

  return { submit, isSending, problemText, isWaiting: computed(() => waitSeconds.value > 0) }
}
