import VueI18nPlugin from '@intlify/unplugin-vue-i18n/vite'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig, type PluginOption } from 'vite'
import VueRouter from 'vue-router/vite'
import { precompress } from './scripts/precompress.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The plugins that component tests need as well; see vitest.config.ts. */
export const componentPlugins = (): PluginOption[] => [
  vue(),
  VueI18nPlugin({ include: path('./src/locales/*/*.json') }),
  ui({
    // Imports are written out; only the U… components of Nuxt UI are found by name (src/nuxt-ui.d.ts).
    autoImport: false,
    components: { dirs: [] },
    dts: false,
    ui: {
      colors: { primary: 'indigo', neutral: 'slate', warning: 'amber' },
      // The library lightens a solid button under the pointer, to a contrast of 3.9:1.
      button: {
        compoundVariants: [
          { color: 'primary', variant: 'solid', class: 'hover:bg-(--primary-hover)' },
        ],
      },
    },
    // Every icon travels in the bundle: nothing is asked of an icon host at run time.
    icon: {
      clientBundle: { scan: { globInclude: ['src/**/*.{vue,ts}'], globExclude: ['src/gql/**'] } },
    },
  }),
]

export default defineConfig(() => {
  const api = process.env.API_URL ?? 'http://127.0.0.1:3000'
  const hasura = process.env.HASURA_URL ?? 'http://127.0.0.1:8080'
  return {
    plugins: [
      VueRouter({
        dts: path('./src/route-map.d.ts'),
        // What several pages are made of is no page.
        routesFolder: {
          src: path('./src/pages'),
          exclude: (defaults) => [...defaults, '**/parts/**'],
        },
      }),
      ...componentPlugins(),
      precompress(),
    ],
    resolve: { alias: { '@': path('./src') } },
    // The manifest is what the bundle budget is computed from.
    build: { manifest: true, target: 'es2022' },
    server: {
      host: '127.0.0.1',
      port: Number(process.env.PURSER_WEB_PORT ?? 5173),
      proxy: {
        '/auth': { target: api },
        '/operations': { target: api },
        '/exports': { target: api },
        '/v1/graphql': { target: hasura, ws: true },
      },
    },
  }
})
