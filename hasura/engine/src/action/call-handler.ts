import type { RequestHeaders } from '../auth/headers.ts'
import { fillTemplate, MissingEnvironmentError, type Environment } from '../environment-template.ts'
import { HasuraError } from '../errors.ts'
import { stringifyJson } from '../exact-json.ts'
import type { ActionMetadata } from '../metadata/actions.ts'
import type { Json, JsonObject } from '../metadata/common.ts'
import type { ActionOutput } from '../plan/types.ts'
import { checkOutput, isJsonObject } from './check-output.ts'
import { forwardableHeaders, handlerHeaders } from './headers.ts'
import { WebhookError, type WebhookClient, type WebhookResponse } from './webhook-client.ts'

export type ActionDependencies = {
  webhooks: WebhookClient
  environment: Environment
  configuredHeaderPrecedence: boolean
}

export type HandlerCall = {
  action: ActionMetadata
  input: Readonly<Record<string, Json>>
  output: ActionOutput
  sessionVariables: Readonly<Record<string, string>>
  clientHeaders: RequestHeaders
  requestQuery: string
}

export type HandlerAnswer = { value: Json; setCookies: string[] }

/** Hasura's default of an action's `timeout`. */
const defaultTimeoutSeconds = 30

/** Calls an action's handler and checks its answer; every way to fail is an error of Hasura's form. */
export async function callHandler(
  call: HandlerCall,
  { webhooks, environment, configuredHeaderPrecedence }: ActionDependencies,
): Promise<HandlerAnswer> {
  const { action } = call
  const payload: JsonObject = {
    action: { name: action.name },
    input: { ...call.input },
    session_variables: { ...call.sessionVariables },
    request_query: call.requestQuery,
  }
  const request = requestInformation(call, payload)
  let response: WebhookResponse
  try {
    const url = handlerUrl(action, environment)
    const headers = handlerHeaders(
      action,
      call.clientHeaders,
      environment,
      configuredHeaderPrecedence,
    )
    const timeoutSeconds = action.definition.timeout ?? defaultTimeoutSeconds
    response = await webhooks.post(url, headers, stringifyJson(payload), timeoutSeconds * 1000)
  } catch (error) {
    throw unreachable(error, request)
  }
  return readAnswer(response, call.output, request)
}

function handlerUrl(action: ActionMetadata, environment: Environment): URL {
  const text = fillTemplate(action.definition.handler, environment)
  if (!URL.canParse(text)) throw new WebhookError('InvalidUrlException')
  return new URL(text)
}

/** What `extensions.internal` tells an admin; configured headers as configured, without values. */
function requestInformation(call: HandlerCall, body: JsonObject): JsonObject {
  const { headers, forward_client_headers: forward, handler } = call.action.definition
  const forwarded = forward === true ? forwardableHeaders(call.clientHeaders) : {}
  const shown = [
    ...(headers ?? []).map((header) => ({ ...header }) as JsonObject),
    ...Object.entries(forwarded).map(([name, value]) => ({ name, value })),
  ]
  return { url: handler, body, headers: shown }
}

function unreachable(error: unknown, request: JsonObject): HasuraError {
  if (error instanceof MissingEnvironmentError) {
    return new HasuraError('unexpected', error.message, { status: 500, cause: error })
  }
  if (!(error instanceof WebhookError)) throw error
  return new HasuraError('unexpected', 'http exception when calling webhook', {
    status: 500,
    cause: error,
    internal: {
      error: { type: 'http_exception', message: error.reason },
      request,
      response: null,
    },
  })
}

function readAnswer(
  response: WebhookResponse,
  output: ActionOutput,
  request: JsonObject,
): HandlerAnswer {
  const information = (body: Json): JsonObject => ({
    status: response.status,
    body,
    headers: response.headers.map(([name, value]) => ({ name, value })),
  })
  let value: Json
  try {
    value = JSON.parse(response.body) as Json
  } catch (error) {
    throw new HasuraError('unexpected', 'not a valid json response from webhook', {
      status: 500,
      internal: {
        error: `invalid json: ${(error as Error).message}`,
        request,
        response: information(response.body),
      },
    })
  }
  const internal = { error: 'unexpected response', request, response: information(value) }
  if (response.status >= 200 && response.status < 300) {
    withInternal(internal, () => checkOutput(value, output))
    return { value, setCookies: setCookiesOf(response) }
  }
  if (response.status >= 400 && response.status < 500) {
    throw withInternal(internal, () => handlerError(value))
  }
  throw new HasuraError('unexpected', 'internal error', {
    status: 500,
    internal: {
      ...internal,
      error: `expecting 2xx or 4xx status code, but found ${response.status}`,
    },
  })
}

/** Adds what was asked and answered to an error about the answer's shape. */
function withInternal<Result>(internal: JsonObject, check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof HasuraError)) throw error
    throw new HasuraError(error.code, error.message, { internal, cause: error })
  }
}

/** A 4xx answer `{message, code?, extensions?}` is the handler's own error for the client. */
function handlerError(value: Json): HasuraError {
  if (!isJsonObject(value)) throw parseFailed('expected an object for the error of a webhook')
  const { message, code, extensions } = value
  if (message === undefined) throw parseFailed("the key 'message' was not present")
  if (typeof message !== 'string') throw parseFailed('parsing Text failed: message', '$.message')
  if (code !== undefined && code !== null && typeof code !== 'string') {
    throw parseFailed('parsing Text failed: code', '$.code')
  }
  // With extensions of its own the answer's `code` is not looked at, as in Hasura.
  if (extensions !== undefined && extensions !== null) {
    const own = isJsonObject(extensions) ? extensions : { extensions }
    return new HasuraError('unexpected', message, { extensions: own })
  }
  return new HasuraError('unexpected', message, {
    extensions: { path: '$', code: code ?? 'unexpected' },
  })
}

const parseFailed = (message: string, path = '$'): HasuraError =>
  new HasuraError('parse-failed', message, { path })

const setCookiesOf = (response: WebhookResponse): string[] =>
  response.headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => value)
