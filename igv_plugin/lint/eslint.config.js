// What the plugin's JavaScript, its tests' and the viewer page's are held to. `make lint` runs it
// in the root of the repository.
import js from '@eslint/js'
import globals from 'globals'
import { ROOMS } from './rooms.js'

/** Imports of the plugin go down only, those on demand too. */
const floors = ROOMS.map((room, i) => {
  const up = `^\\.\\.\\/(?!(${ROOMS.slice(0, i).join('|')})\\/)`
  const message = `${room}/ imports ${ROOMS.slice(0, i).join(', ') || 'no other folder'} only.`
  const selector = `ImportExpression[source.value=/${up}/]`
  return {
    files: [`igv_plugin/src/${room}/**`],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: up, message }] }],
      'no-restricted-syntax': ['error', { selector, message }],
    },
  }
})

export default [
  { ignores: ['**/node_modules/**'] },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      curly: ['error', 'multi-line'],
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-nested-ternary': 'error',
      'no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-var': 'error',
      'one-var': ['error', 'never'],
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['igv_plugin/src/**', 'igv_plugin/test/browser/harness.js', 'gtrack/publish/viewer/**'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['igv_plugin/test/**', 'igv_plugin/lint/**', 'docs/**'],
    languageOptions: { globals: globals.node },
  },
  {
    // What these hand to page.evaluate() runs in a page.
    files: ['igv_plugin/test/browser/**', 'igv_plugin/test/viewer/**', 'docs/**'],
    languageOptions: { globals: globals.browser },
  },
  ...floors,
]
