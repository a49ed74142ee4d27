import ui from '@nuxt/ui/vue-plugin'
import type { Client } from '@urql/core'
import urql from '@urql/vue'
import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { defineComponent, h, shallowRef, type Component, type Ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { createFailureText } from '@/app/error-texts.ts'
import { i18n } from '@/app/i18n.ts'
import { failureTextKey } from '@/shared/failure-text.ts'

/** Mounts with everything the app provides; `client` only where GraphQL is spoken. */
export function mountInApp(
  component: Component,
  options: {
    props?: Record<string, unknown>
    slots?: Record<string, string>
    client?: Client
    provide?: Record<symbol, unknown> | undefined
  } = {},
): VueWrapper {
  const pinia = createPinia()
  setActivePinia(pinia)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/:path(.*)', component: { render: () => null } }],
  })
  return mount(component, {
    props: options.props ?? {},
    slots: options.slots ?? {},
    attachTo: document.body,
    global: {
      plugins: [pinia, i18n, router, ui, ...(options.client ? [withClient(options.client)] : [])],
      provide: {
        [failureTextKey as symbol]: createFailureText(i18n.global),
        ...options.provide,
      },
    },
  })
}

/** Runs a composable inside a component, and answers what it returns. */
export function runInApp<Result>(
  setup: () => Result,
  client?: Client,
  provide?: Record<symbol, unknown>,
) {
  let result: Result | undefined
  const component = defineComponent({
    setup() {
      result = setup()
      return () => h('div')
    },
  })
  const wrapper = mountInApp(component, { ...(client && { client }), provide })
  return { result: result as Result, unmount: () => wrapper.unmount() }
}

/** As a ref, which the plugin takes as it is; anything else it would build a client from. */
function withClient(client: Client): [typeof urql, Ref<Client>] {
  return [urql, shallowRef(client)]
}
