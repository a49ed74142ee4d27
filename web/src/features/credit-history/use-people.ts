import { PeopleDocument } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'

/** Names of the organization's people, for rows whose own snapshot has none. */
export function usePeople() {
  const { data } = useRecoveringQuery({ query: PeopleDocument, variables: {} })
  return {
    personName: (userId: string) =>
      data.value?.organization_members.find((row) => row.user_id === userId)?.user.name ?? null,
  }
}
