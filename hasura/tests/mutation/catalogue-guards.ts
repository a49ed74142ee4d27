import { CATALOGUE_CHANGES } from './catalogue-scenarios.ts'
import type { Guard } from './guard.ts'

const tables = Object.keys(CATALOGUE_CHANGES)

function switchTriggers(to: 'enable' | 'disable', trigger: string, of: string[]): string {
  return of.map((table) => `alter table public.${table} ${to} trigger ${trigger};`).join('\n')
}

/** Guards of the offers, which are stored beside the catalogue that they are made of. */
export const CATALOGUE_GUARDS: Guard[] = [
  ...tables.map((table): Guard => ({
    rule: `offers follow ${table}`,
    statement: switchTriggers('disable', 'refresh_capability_offers', [table]),
    undo: switchTriggers('enable', 'refresh_capability_offers', [table]),
    scenario: 'offersFollowTheCatalogue',
  })),
  {
    rule: 'changes of the catalogue are made one after the other',
    statement: switchTriggers('disable', 'lock_catalogue', tables),
    undo: switchTriggers('enable', 'lock_catalogue', tables),
    scenario: 'changesKnowOfEachOther',
  },
  {
    rule: 'offers that are not any more go',
    in: 'refresh_capability_offers',
    cut: 'delete from private.capability_offers as stored\n    where not exists',
    by: 'delete from private.capability_offers as stored\n    where false and not exists',
    scenario: 'offersEnd',
  },
  {
    rule: 'an offer is that of the moment',
    in: 'offer_at',
    cut: 'and stored.valid_from <= p_at',
    by: '',
    scenario: 'offersFollowTheTime',
  },
  {
    rule: 'an offer begins with the row that makes it',
    in: 'defined_capability_offers',
    cut: '(priced.effective_from), (priced.effective_to)',
    by: '(priced.effective_to), (priced.effective_to)',
    scenario: 'offersFollowTheTime',
  },
  {
    rule: 'an empty level is not the default',
    in: 'offer_at',
    cut: "and p_asked_level_id is distinct from ''",
    by: '',
    scenario: 'plansAreKept',
  },
]
