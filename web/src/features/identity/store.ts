import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef } from 'vue'
import { isOutage } from '@/shared/failure.ts'
import { AccessTokens, type TokenClaims } from './access-tokens.ts'
import { AuthError, createAuthClient, type Organization, type SessionUser } from './auth-client.ts'
import { announceSessionChange, onSessionChangedElsewhere } from './session-channel.ts'
import { slugFrom } from './slug.ts'

type SessionStatus = 'unknown' | 'unreachable' | 'signed-out' | 'signed-in'

/** Who is signed in, for which organization and as what. The cookie decides; this is its picture in the page. */
export const useSession = defineStore('session', () => {
  const auth = createAuthClient()
  const status = ref<SessionStatus>('unknown')
  /** True when the session ended without the person asking for it. */
  const hasExpired = ref(false)
  const user = shallowRef<SessionUser | null>(null)
  const organizations = shallowRef<Organization[]>([])
  const claims = shallowRef<TokenClaims | null>(null)

  const tokens = markRaw(
    new AccessTokens(loadToken, (fresh) => {
      claims.value = fresh
    }),
  )
  const organization = computed(
    () => organizations.value.find((item) => item.id === claims.value?.organizationId) ?? null,
  )
  const role = computed(() => claims.value?.role ?? 'anonymous')
  /** Owners and admins may buy, change plans and settings; members ask them. */
  const canManage = computed(() => role.value === 'owner' || role.value === 'org_admin')
  /** Changes when another person or organization is on; everything cached for the old one must go. */
  const identityKey = computed(() =>
    status.value === 'signed-in' && user.value
      ? `${user.value.id}:${claims.value?.organizationId ?? 'none'}:${role.value}`
      : 'signed-out',
  )

  async function loadToken(): Promise<string> {
    try {
      return await auth.token()
    } catch (error) {
      if (error instanceof AuthError && error.status === 401) expire()
      throw error
    }
  }

  function expire() {
    if (status.value !== 'signed-in') return
    forgetPerson()
    hasExpired.value = true
  }

  function forgetPerson() {
    tokens.clear()
    user.value = null
    organizations.value = []
    claims.value = null
    status.value = 'signed-out'
  }

  async function restore(): Promise<void> {
    try {
      const session = await auth.session()
      if (!session) return forgetPerson()
      const memberships = await auth.organizations()
      const active = memberships.some((item) => item.id === session.activeOrganizationId)
      const first = memberships[0]
      if (!active && first) await auth.setActiveOrganization(first.id)
      user.value = session.user
      // Before the token: it names the active organization, which a new one is not yet among the known.
      organizations.value = memberships
      await tokens.refresh()
      hasExpired.value = false
      status.value = 'signed-in'
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      if (!isOutage(error.failure) && error.status < 500) return forgetPerson()
      // A page that already works keeps working until the server is back.
      if (status.value !== 'signed-in') status.value = 'unreachable'
    }
  }

  async function signIn(input: { email: string; password: string }) {
    await auth.signIn(input)
    await restore()
    announceSessionChange()
  }

  /** Creates the account; its organization follows in the same step, so nobody lands in an empty app. */
  async function signUp(input: {
    name: string
    email: string
    password: string
    organizationName: string
  }) {
    const { organizationName, ...account } = input
    await auth.signUp(account)
    try {
      await auth.createOrganization({ name: organizationName, slug: slugFrom(organizationName) })
    } finally {
      // Without an organization the person is signed in all the same, and is asked for one on the next page.
      await restore()
      announceSessionChange()
    }
  }

  async function createOrganization(name: string) {
    const created = await auth.createOrganization({ name, slug: slugFrom(name) })
    await switchOrganization(created.id)
  }

  async function switchOrganization(organizationId: string) {
    await auth.setActiveOrganization(organizationId)
    tokens.clear()
    await restore()
    announceSessionChange()
  }

  async function signOut() {
    await auth.signOut()
    hasExpired.value = false
    forgetPerson()
    announceSessionChange()
  }

  onSessionChangedElsewhere(() => void restore())

  return {
    status,
    hasExpired,
    user,
    organizations,
    organization,
    role,
    canManage,
    identityKey,
    tokens,
    restore,
    signIn,
    signUp,
    signOut,
    createOrganization,
    switchOrganization,
  }
})
