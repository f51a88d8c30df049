import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import 'vuetify/styles/core';
import 'vuetify/styles/utilities';
import './styles/tokens.css';
import './styles/base.css';
import './styles/trace-tag.css';
import { createApp } from 'vue';
import Root from './Root.vue';
import { apiAddress } from './api/address.ts';
import { makeSession, sessionKey } from './api/session.ts';
import { router } from './router.ts';
import { applyTheme, vuetify } from './ui/theme.ts';

applyTheme();
const session = makeSession(apiAddress('graphql'));
createApp(Root).use(vuetify).use(router).provide(sessionKey, session).mount('#app');
void session.refresh();
