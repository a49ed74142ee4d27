import type { RouteNamedMap } from 'vue-router/auto-routes'

export interface NavigationEntry {
  to: keyof RouteNamedMap
  icon: string
  /** Key of the text, which is also what the page calls itself. */
  title: string
  /** Start of the addresses of further pages that belong to it. */
  covers?: string
}

/** A new page takes its place here; its file in `pages/` does the rest. */
export const navigation: readonly NavigationEntry[] = [
  {
    to: '/',
    icon: 'i-lucide-sparkles',
    title: 'app.pages.workspace',
    covers: '/testimonials/',
  },
  { to: '/usage', icon: 'i-lucide-chart-column', title: 'app.pages.usage' },
  { to: '/sessions', icon: 'i-lucide-audio-lines', title: 'app.pages.sessions' },
  { to: '/history', icon: 'i-lucide-receipt-text', title: 'app.pages.history' },
  { to: '/settings/plan', icon: 'i-lucide-layers', title: 'app.pages.plan' },
  { to: '/settings/billing', icon: 'i-lucide-credit-card', title: 'app.pages.billing' },
  {
    to: '/settings/quality-levels',
    icon: 'i-lucide-sliders-horizontal',
    title: 'app.pages.quality',
  },
  { to: '/settings/members', icon: 'i-lucide-users', title: 'app.pages.members' },
  { to: '/settings/api-keys', icon: 'i-lucide-key-round', title: 'app.pages.apiKeys' },
]
