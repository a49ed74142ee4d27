// All tabs share one cookie: signing out or switching the organization in one of them is told to the others.
const channel =
  typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('purser:session')

export function announceSessionChange() {
  channel?.postMessage('changed')
}

export function onSessionChangedElsewhere(listener: () => void) {
  channel?.addEventListener('message', listener)
}
