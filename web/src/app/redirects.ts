import type { RouteLocationNormalized } from 'vue-router'
import type { useSession } from '@/features/identity/store.ts'

/** Where the session sends someone who is, or wants to be, on this page; null when the page is theirs to see. */
export function redirectFor(
  page: Pick<RouteLocationNormalized, 'meta' | 'fullPath' | 'query'>,
  session: Pick<ReturnType<typeof useSession>, 'status' | 'organization'>,
) {
  const { access } = page.meta
  const isUndecided = session.status === 'unknown' || session.status === 'unreachable'
  if (isUndecided || access === 'anyone') return null
  if (session.status === 'signed-out')
    return access === 'visitor' ? null : signInLocation(page.fullPath)
  if (access === 'visitor') return destinationAfterSignIn(page.query.next)
  return access === 'session' || session.organization ? null : { path: '/organizations' }
}

function signInLocation(from: string) {
  return { path: '/sign-in', query: from === '/' ? {} : { next: from } }
}

/** Only a path on this origin: `//elsewhere` would send the person away. */
function destinationAfterSignIn(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/'
}
