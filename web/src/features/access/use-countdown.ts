import { useIntervalFn } from '@vueuse/core'
import { ref, watch, type Ref } from 'vue'

const SECOND_MILLISECONDS = 1_000

/** Seconds left, counted down from whatever is given last; null when nothing is counted. */
export function useCountdown(from: Ref<number | null>): Ref<number | null> {
  const left = ref<number | null>(null)
  const { pause, resume } = useIntervalFn(
    () => {
      left.value = Math.max(0, (left.value ?? 0) - 1)
      if (left.value === 0) pause()
    },
    SECOND_MILLISECONDS,
    { immediate: false },
  )
  watch(
    from,
    (seconds) => {
      left.value = seconds === null ? null : Math.ceil(seconds)
      if (left.value) resume()
      else pause()
    },
    { immediate: true },
  )
  return left
}
