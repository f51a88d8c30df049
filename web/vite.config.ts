import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import vuetify from 'vite-plugin-vuetify';
import { inlineDocuments } from './inline-documents.ts';
import { inlineIcons } from './inline-icons.ts';
import { purgeVuetify } from './purge-vuetify.ts';
import { guidePages } from './guide-pages.ts';

export default defineConfig({
  // Relative, so that the application works under any path.
  base: './',
  plugins: [vue(), vuetify({ autoImport: true }), purgeVuetify(), inlineDocuments(), inlineIcons(), guidePages()],
  build: { target: 'es2023', chunkSizeWarningLimit: 700 },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});
