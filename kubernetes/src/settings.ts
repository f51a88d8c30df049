/** The setting of every part that uses a cluster. The Kubernetes client reads it from the environment. */
import { documentation } from '@sequencer/model/settings';
import { z } from 'zod';

export const kubeconfig = z.string().optional().register(documentation, {
  description: 'the file with the address and credentials of the cluster',
  unset: "`~/.kube/config`, or the pod's service account",
  example: '/etc/sequencer/kubeconfig',
});
