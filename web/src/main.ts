import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import 'vuetify/styles/core';
import './styles/tokens.css';
import './styles/base.css';
import { createApp } from 'vue';
import App from './App.vue';
import { clientKey, makeClient } from './api/client.ts';
import { connectionKey, makeConnection } from './api/connection.ts';
import { router } from './router.ts';
import { applyTheme, vuetify } from './theme.ts';

const address = new URL('graphql', document.baseURI);
const socketAddress = new URL(address);
socketAddress.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';

applyTheme();
const connection = makeConnection(socketAddress.href);
createApp(App)
  .use(vuetify)
  .use(router)
  .provide(connectionKey, connection)
  .provide(clientKey, makeClient(address.href, connection))
  .mount('#app');
