import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/store/schema.ts',
    './src/store/output-schema.ts',
    './src/store/auth-schema.ts',
    './src/store/replica-schema.ts',
    './src/store/scheduler-schema.ts',
    './src/store/estimate-schema.ts',
  ],
  out: './migrations',
});
