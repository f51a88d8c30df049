import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import OverviewPage from './pages/OverviewPage.vue';

/** The telescope is in the path, so that a link never commands the wrong one. */
const routes: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: OverviewPage },
  { path: '/history', name: 'history', component: () => import('./pages/HistoryPage.vue') },
  { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue') },
  { path: '/users', name: 'users', component: () => import('./pages/UsersPage.vue') },
  { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
  {
    path: '/guide/:page?',
    name: 'guide',
    component: () => import('./guide/GuidePage.vue'),
    props: ({ params }) => ({ page: typeof params.page === 'string' ? params.page : '' }),
  },
  { path: '/runs/:id', name: 'run', component: () => import('./pages/RunPage.vue'), props: true },
  { path: '/:telescope/queue', name: 'queue', component: () => import('./pages/QueuePage.vue'), props: true },
  {
    path: '/:telescope/:number(\\d+)',
    name: 'numbered-run',
    component: () => import('./pages/NumberedRunPage.vue'),
    props: true,
  },
  {
    path: '/:telescope/scheduler',
    name: 'scheduler',
    component: () => import('./scheduler/SchedulerPage.vue'),
    props: true,
  },
  { path: '/:telescope', name: 'sequencer', component: () => import('./pages/SequencerPage.vue'), props: true },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/NotFoundPage.vue') },
];

export const router = createRouter({ history: createWebHistory(new URL(document.baseURI).pathname), routes });
