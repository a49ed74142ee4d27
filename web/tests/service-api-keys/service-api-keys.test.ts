import { expect, test, vi } from 'vitest'
import ServiceApiKeyCreated from '@/features/service-api-keys/components/ServiceApiKeyCreated.vue'
import ServiceApiKeyForm from '@/features/service-api-keys/components/ServiceApiKeyForm.vue'
import ServiceApiKeyList from '@/features/service-api-keys/components/ServiceApiKeyList.vue'
import { startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const key = (name: string, columns: object = {}) => ({
  id: name,
  name,
  prefix: `purser_sk_${name}`,
  created_at: '2026-11-01T12:00:00Z',
  last_used_at: null,
  revoked_at: null,
  created_by_user: { id: 'olga', name: 'Olga' },
  ...columns,
})

test('working keys come first, each with who made it and its last use; a revoked one cannot be revoked', () => {
  const wrapper = mountInApp(ServiceApiKeyList, {
    props: {
      keys: [
        key('old', { revoked_at: '2026-11-02T12:00:00Z' }),
        key('fresh'),
        key('busy', { last_used_at: '2026-11-03T12:00:00Z', created_by_user: null }),
      ],
    },
  })
  const [fresh, busy, old] = wrapper.findAll('li')
  expect(fresh!.text()).toContain('Created by Olga')
  expect(fresh!.text()).toContain('Never used')
  expect(fresh!.get('button').attributes('aria-label')).toBe('Revoke fresh')
  expect(busy!.text()).toContain('Last used Nov 3, 2026')
  expect(old!.text()).toContain('Revoked Nov 2, 2026')
  expect(old!.find('button').exists()).toBe(false)
  wrapper.unmount()
})

test('without keys the list says what to do', () => {
  const wrapper = mountInApp(ServiceApiKeyList, { props: { keys: [] } })
  expect(wrapper.text()).toContain('No keys yet')
  wrapper.unmount()
})

test('a new key can be read and copied, and says that it is shown once', async () => {
  const created = { ...key('import'), key: 'purser_sk_secret' }
  const wrapper = mountInApp(ServiceApiKeyCreated, { props: { created } })
  expect(wrapper.get('input').element.value).toBe('purser_sk_secret')
  expect(wrapper.get('[role=status]').text()).toContain('cannot be shown again')
  await wrapper.findAll('button').at(-1)!.trigger('click')
  expect(wrapper.emitted('dismiss')).toHaveLength(1)
  wrapper.unmount()
})

test('a key without a name is refused beside its field, and nothing is sent', async () => {
  const create = vi.fn()
  const { client, stop } = await startGraphql({ create_service_api_key: create })
  const wrapper = mountInApp(ServiceApiKeyForm, { client })
  await wrapper.get('form').trigger('submit')
  await until(() => wrapper.text().includes('Give the key a name.'), 'what is missing')
  expect(wrapper.get('input').attributes('aria-invalid')).toBe('true')
  expect(create).not.toHaveBeenCalled()
  wrapper.unmount()
  await stop()
})
