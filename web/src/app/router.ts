import { createRouter, createWebHistory } from 'vue-router'
import { routes } from 'vue-router/auto-routes'
import { useSession } from '@/features/identity/store.ts'
import { redirectFor } from './redirects.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see the page; without it, members of an organization. */
    access?: 'visitor' | 'session' | 'anyone'
    /** Key of the page's title. */
    title?: string
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (session.status === 'unknown') await session.restore()
  return redirectFor(to, session) ?? true
})
