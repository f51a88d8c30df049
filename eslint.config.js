import js from '@eslint/js';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

/** The folders of `web/src`, each with those that it may import. Files directly in `web/src` may import all. */
const WEB_FOLDERS = {
  gql: [],
  examples: [],
  api: ['gql'],
  lib: ['gql', 'api'],
  ui: ['lib'],
  code: ['gql', 'api', 'lib', 'ui'],
  access: ['gql', 'api', 'lib', 'ui'],
  editor: ['gql', 'api', 'lib', 'ui', 'code', 'access', 'examples'],
  run: ['gql', 'api', 'lib', 'ui', 'code', 'access'],
  frame: ['gql', 'api', 'lib', 'ui', 'access'],
  pages: ['gql', 'api', 'lib', 'ui', 'access', 'editor', 'run'],
};
const webImportDirection = Object.entries(WEB_FOLDERS).map(([folder, allowed]) => {
  const others = Object.keys(WEB_FOLDERS).filter((name) => name !== folder && !allowed.includes(name));
  return {
    files: [`web/src/${folder}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${others.join('|')})/`,
              message: `web/src/${folder} may import ${allowed.join(', ') || 'no other folder'} (WEB_FOLDERS in eslint.config.js).`,
            },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '.venv*/**',
      '.setup/**',
      'data/**',
      'web/src/gql/**',
      'runner-image/**',
      '**/test-results/**',
      '**/playwright-report/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      // tsc checks names, with types.
      'no-undef': 'off',
      // Numbers in sentences are what templates are for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.vue'],
    extends: [vue.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // Layout is prettier's.
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    // Only vue-tsc knows the types of components; for eslint they are `any`.
    files: ['web/src/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
    },
  },
  ...webImportDirection,
  {
    // Node puts its own functions in `test` files' hands as promises that it awaits itself.
    files: ['**/*.test.ts', '**/test/**/*.ts', 'testing/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
