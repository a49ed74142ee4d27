import { renderGraphiQL } from '@graphql-yoga/render-graphiql'

/** GraphiQL with all its scripts inside the page: nothing is loaded from another host. */
export function graphiqlPage(): string {
  return renderGraphiQL({
    title: 'Engine',
    endpoint: '/v1/graphql',
    subscriptionsProtocol: 'WS',
    headers: JSON.stringify({ 'x-hasura-admin-secret': '' }, null, 2),
    defaultQuery: '# Put the admin secret, or a token, into the headers below.\n',
  })
}
