import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

const FIRST_RETRY_MILLISECONDS = 1_500
const LONGEST_RETRY_MILLISECONDS = 15_000

/**
 * What is known about the way to the server: the socket's state for "live / reconnecting", and whether requests get
 * through at all. While they do not, `retryCount` ticks with a growing pause; whatever failed runs again on each tick.
 */
export const useConnection = defineStore('connection', () => {
  const socket = ref<'idle' | 'connecting' | 'open' | 'lost'>('idle')
  const interruptedSubscriptions = ref(0)
  const isDown = ref(false)
  const retryCount = ref(0)
  let pause = FIRST_RETRY_MILLISECONDS
  let timer: ReturnType<typeof setTimeout> | undefined

  const liveState = computed<'connecting' | 'live' | 'reconnecting'>(() => {
    if (socket.value === 'lost' || interruptedSubscriptions.value > 0) return 'reconnecting'
    return socket.value === 'open' ? 'live' : 'connecting'
  })

  function reportSocket(state: 'connecting' | 'open' | 'closed') {
    if (state === 'open') {
      const wasLost = socket.value === 'lost'
      socket.value = 'open'
      if (wasLost) retryCount.value++
    } else if (state === 'closed') {
      socket.value = 'lost'
    } else if (socket.value === 'idle') {
      socket.value = 'connecting'
    }
  }

  function reportInterruption(change: 1 | -1) {
    interruptedSubscriptions.value = Math.max(0, interruptedSubscriptions.value + change)
  }

  function reportRequestFailed() {
    isDown.value = true
    if (timer) return
    timer = setTimeout(() => {
      timer = undefined
      pause = Math.min(LONGEST_RETRY_MILLISECONDS, pause * 2)
      retryCount.value++
    }, pause)
  }

  function reportRecovered() {
    clearTimeout(timer)
    timer = undefined
    pause = FIRST_RETRY_MILLISECONDS
    if (!isDown.value) return
    isDown.value = false
    retryCount.value++
  }

  function retryNow() {
    clearTimeout(timer)
    timer = undefined
    retryCount.value++
  }

  /** A new session starts with a new socket; what the old one reported no longer counts. */
  function reset() {
    clearTimeout(timer)
    timer = undefined
    pause = FIRST_RETRY_MILLISECONDS
    socket.value = 'idle'
    interruptedSubscriptions.value = 0
    isDown.value = false
  }

  return {
    socket,
    isDown,
    retryCount,
    liveState,
    reportSocket,
    reportInterruption,
    reportRequestFailed,
    reportRecovered,
    retryNow,
    reset,
  }
})
