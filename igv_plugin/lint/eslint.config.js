// What the plugin's JavaScript, its tests' and the viewer page's are held to. `make lint` runs it
// in the root of the repository.
import js from '@eslint/js'
import globals from 'globals'

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
]
