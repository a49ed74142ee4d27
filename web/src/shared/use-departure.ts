import { useEventListener } from '@vueuse/core'
import { ref } from 'vue'

/**
 * Leaves for a page of the payment provider, in the same tab. `isLeaving` keeps the button busy until the browser has
 * gone, and ends when the person comes back by the browser's own button to the page as it was left.
 */
export function useDeparture(go: (url: string) => void = (url) => window.location.assign(url)) {
  const isLeaving = ref(false)
  useEventListener(window, 'pageshow', (event) => {
    if (event.persisted) isLeaving.value = false
  })

  /** False for an address that no provider gives: `javascript:` would run here. */
  function leaveFor(url: string): boolean {
    if (!/^https?:\/\//.test(url)) return false
    isLeaving.value = true
    go(url)
    return true
  }

  return { isLeaving, leaveFor }
}
