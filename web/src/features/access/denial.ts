import { detailText, type Failure } from '@/shared/failure.ts'

/** The refusals of the access check: nothing is broken, and there is something the person can do. */
export const DENIAL_REASONS = [
  'insufficient_credits',
  'capability_not_in_plan',
  'capability_disabled',
  'quality_level_not_allowed',
  'rate_limited',
  'quota_exceeded',
  'member_cap_exceeded',
  'subscription_inactive',
] as const

export type DenialReason = (typeof DENIAL_REASONS)[number]

export interface Denial extends Failure {
  code: DenialReason
}

export function isDenial(problem: Failure): problem is Denial {
  return (DENIAL_REASONS as readonly string[]).includes(problem.code)
}

/** A level that may be chosen instead, with what a run of it is expected to cost. */
export interface OtherLevel {
  id: string
  name: string
  estimatedCredits: number
}

export function isSolvedByLevel(reason: DenialReason): boolean {
  return reason === 'insufficient_credits' || reason === 'quality_level_not_allowed'
}

/** Whose move it is. Only owners and admins can buy or change the plan, so a member is told whom to ask. */
export function nextStepKey(reason: DenialReason, canManage: boolean): string {
  switch (reason) {
    case 'insufficient_credits':
    case 'capability_not_in_plan':
    case 'quality_level_not_allowed':
    case 'quota_exceeded':
    case 'member_cap_exceeded':
    case 'subscription_inactive':
      return `access.next.${reason}.${canManage ? 'manager' : 'member'}`
    case 'rate_limited':
    case 'capability_disabled':
      return `access.next.${reason}`
  }
}

/** The meter whose limit refused it, for the refusals that a limit makes; `credits` where a cap on them did. */
export function limitedMeter(denial: Denial): string | null {
  const isByLimit = denial.code === 'quota_exceeded' || denial.code === 'member_cap_exceeded'
  return isByLimit ? (detailText(denial, 'meter') ?? 'credits') : null
}
