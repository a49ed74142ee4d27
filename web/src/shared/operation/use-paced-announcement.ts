import { useIntervalFn } from '@vueuse/core'
import { ref, type Ref } from 'vue'

const PACE_MILLISECONDS = 4_000

/** Text that grows word by word, for screen readers: whole sentences only, each once, a few seconds apart. */
export function usePacedAnnouncement(text: Ref<string>): Ref<string> {
  const announced = ref('')
  let saidLength = 0
  useIntervalFn(() => {
    // Another model starts over.
    if (text.value.length < saidLength) saidLength = 0
    const rest = text.value.slice(saidLength)
    const sentences = /^[^]*[.!?\n](?=\s|$)/.exec(rest)?.[0]
    if (!sentences?.trim()) return
    saidLength += sentences.length
    announced.value = sentences.trim()
  }, PACE_MILLISECONDS)
  return announced
}
