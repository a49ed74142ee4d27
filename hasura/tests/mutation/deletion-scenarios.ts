import { createMember, createOrganization } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import {
  capWhileDeletingSecond,
  deleteUser,
  lockBalance,
  lockOrganization,
  together,
} from '../support/interleaving.ts'
import { reserve } from '../support/operations.ts'
import { setCap, setOverride } from '../support/quotas.ts'
import { expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

const CAP = { meter: 'credits', limit: '5' }

const userGoesBesideCap: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const user = await createMember(desk, organization)
  await together(
    desk,
    lockOrganization(organization),
    (sql) => setCap({ admin: sql }, organization, user, CAP),
    deleteUser(user),
  )
  return []
}

const organizationGoesBesideCaps: Scenario = async (desk) => {
  await capWhileDeletingSecond(desk, [
    await createOrganization(desk),
    await createOrganization(desk),
  ])
  return []
}

/** An override waits for the gate, then for its user, who is being deleted. */
const overrideBeside = (desk: Desk, organization: string, user: string) =>
  together(
    desk,
    lockBalance(organization),
    (sql) => setOverride({ ...desk, api: sql }, organization, { user, limit: '1' }),
    deleteUser(user),
  )

const userGoesBesideOverride: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const user = await createMember(desk, organization)
  await setCap(desk, organization, user, CAP)
  await overrideBeside(desk, organization, user)
  return []
}

const setterGoesBesideOverride: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const setter = await createMember(desk, organization)
  await setCap(desk, organization, await createMember(desk, organization), CAP)
  await desk.admin`
    update public.member_caps set updated_by_user_id = ${setter}
    where organization_id = ${organization}`
  await overrideBeside(desk, organization, setter)
  return []
}

const capsOutliveTheJob: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '50' })
  const user = await createMember(desk, organization)
  await setCap(desk, organization, user, CAP)
  await desk.api`select from private.uncap_organizations(1000)`
  const [hold] = await reserve(desk.api, { organization, user, amount: '6' })
  return expectEqual('hold', hold!.outcome, 'member_cap_exceeded')
}

export const DELETION_SCENARIOS = {
  userGoesBesideCap,
  organizationGoesBesideCaps,
  userGoesBesideOverride,
  setterGoesBesideOverride,
  capsOutliveTheJob,
} as const satisfies Record<string, Scenario>
