import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

/**
 * Imports go one way. `layers` lists folders (or files) from the top down: whatever stands
 * later may not import what stands earlier. Entries in one array are peers and may not import
 * each other either.
 */
function oneWay(root, layers) {
  const zones = []
  layers.forEach((layer, depth) => {
    for (const folder of [layer].flat()) {
      const above = layers.slice(0, depth).flat()
      const peers = [layer].flat().filter((peer) => peer !== folder)
      for (const from of [...above, ...peers]) {
        zones.push({
          target: `${root}/${folder}`,
          from: `${root}/${from}`,
          message: `${folder} may not import ${from}: imports go one way (see the README of ${root}).`,
        })
      }
    }
  })
  return zones
}

const packages = ['api', 'web', 'e2e', 'hasura/engine']
// The contract between packages is the GraphQL schema and SQL, never shared code. Tests and the
// e2e suite may use the local database and browser finders of hasura/local.
const betweenPackages = packages.flatMap((target) =>
  [...packages, 'hasura/local']
    .filter((from) => from !== target && !(from === 'hasura/local'))
    .map((from) => ({ target: `./${target}`, from: `./${from}` })),
)

const zones = [
  ...betweenPackages,
  // What a product's backend installs knows the api by its contract only.
  { target: './api/client', from: './api/src' },
  { target: './api/src', from: './api/client' },
  ...oneWay('./web/src', ['app', 'pages', 'features', 'shared']),
  ...oneWay('./api/src', [
    'main.ts',
    'app.ts',
    'exports',
    ['actions', 'webhooks', 'cron'],
    ['auth', 'ai', 'billing', 'sessions'],
    'db',
  ]),
  ...oneWay('./hasura/engine/src', [
    'main.ts',
    'cli',
    'server',
    ['action', 'live-query', 'cron', 'rest'],
    'execute',
    'sql',
    'plan',
    'schema',
    'catalog',
    'metadata',
  ]),
]

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a name that travels with the thing can be searched for.',
}
const noEnum = { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' }

export default ts.config(
  {
    ignores: [
      '**/dist/**',
      '**/.local/**',
      'web/src/gql*/**',
      'web/src/route-map.d.ts',
      'web/public/**',
      '**/*.d.ts',
      '**/test-results/**',
      '**/playwright-report/**',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue,js,mjs}'],
    plugins: { 'import-x': importX },
    languageOptions: { globals: { ...globals.node }, ecmaVersion: 2024, sourceType: 'module' },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['api', 'api/client', 'web', 'e2e', 'hasura/engine', 'hasura/local'].map(
            (folder) => `${folder}/tsconfig.json`,
          ),
        }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': ['error', { maxDepth: 4 }],
      'no-restricted-syntax': ['error', noDefaultExport, noEnum],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // `undefined` checks of noUncheckedIndexedAccess already make every assertion visible.
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.vue'] },
      globals: { ...globals.browser, definePage: 'readonly' },
    },
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/define-emits-declaration': ['error', 'type-literal'],
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
    },
  },
  { files: ['web/src/**'], languageOptions: { globals: globals.browser } },
  {
    // Tools that load a default export by convention, and pages that the file router imports.
    files: [
      '**/*.config.{ts,js}',
      'web/codegen.ts',
      '**/*.vue',
      '**/test-setup.ts',
      '**/global-*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', noEnum] },
  },
  {
    files: ['**/*.test.ts', '**/tests/**', 'e2e/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  prettier,
)
