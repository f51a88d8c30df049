/** The pod of a run, from the run and its sequencer. Pure. */
import type { New } from '@sequencer/kubernetes/client';
import type { Pod } from '@sequencer/kubernetes/objects';
import type { OwnerReference } from '@sequencer/model/kubernetes/metadata';
import { FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import { hostnameOf, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export const RUNNER_CONTAINER = 'runner';

/** After the script's own grace: for the supervisor to kill what is left and to write the outcome. */
const SUPERVISOR_GRACE_SECONDS = 15;
const USER = 1000;
/** Without a bound, a script can fill the disk of its node. */
const DEFAULT_STORAGE = '10Gi';

export function ownerOf({ apiVersion, kind, metadata }: SequencerRun | Sequencer): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** Labels that the network policy selects by, and people. */
export function runnerLabels(sequencer: string): Record<string, string> {
  return { [LABELS.sequencer]: sequencer, 'app.kubernetes.io/component': 'runner' };
}

export function podOf(run: SequencerRun, sequencer: Sequencer): New<Pod> {
  return {
    metadata: {
      name: run.metadata.name,
      labels: { ...runnerLabels(run.spec.sequencer), [LABELS.run]: run.metadata.name },
      ownerReferences: [ownerOf(run)],
      finalizers: [FINALIZER],
    },
    spec: podSpecOf(sequencer, run.metadata.name, 'given'),
  };
}

/** @param secret the run is in it; with `waits`, once it is there */
export function podSpecOf(sequencer: Sequencer, secret: string, how: 'given' | 'waits'): Pod['spec'] {
  const { runner, ocs, stopGraceSeconds } = sequencer.spec;
  const storage = runner.storage ?? DEFAULT_STORAGE;
  const asGiven = Object.fromEntries(
    (
      [
        'nodeSelector',
        'affinity',
        'runtimeClassName',
        'imagePullSecrets',
        'serviceAccountName',
        'priorityClassName',
      ] as const
    ).flatMap((field) => (runner[field] === undefined ? [] : [[field, runner[field]]])),
  );
  return {
    ...asGiven,
    // A node that does not answer for a while is no reason to end a script: its pod goes when somebody says so.
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
      ...(runner.tolerations ?? []),
    ],
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: stopGraceSeconds + SUPERVISOR_GRACE_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostname: hostnameOf(sequencer),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: RUNNER_CONTAINER,
        image: runner.image,
        ...(runner.imagePullPolicy && { imagePullPolicy: runner.imagePullPolicy }),
        command: ['sequencer-runner-pod', '/run/sequencer', '/work', ...(how === 'waits' ? ['--wait'] : [])],
        workingDir: '/work',
        // The signal that follows is lost while Python is starting; the runner looks for this file once it hears signals.
        lifecycle: { preStop: { exec: { command: ['touch', '/work/.ending'] } } },
        env: [
          { name: 'HOME', value: '/work' },
          ...(ocs
            ? [
                { name: 'OCS_CONFIG_DIR', value: '/config' },
                { name: 'SORUNLIB_CONFIG', value: '/config/sorunlib.yaml' },
              ]
            : []),
          ...runner.env,
        ],
        resources: {
          // Without a request of its own, the limit would be one.
          requests: { 'ephemeral-storage': '0', ...runner.resources?.requests },
          limits: { 'ephemeral-storage': storage, ...runner.resources?.limits },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'run', mountPath: '/run/sequencer', readOnly: true },
          { name: 'work', mountPath: '/work' },
          { name: 'tmp', mountPath: '/tmp' },
          ...(ocs ? [{ name: 'ocs', mountPath: '/config', readOnly: true }] : []),
        ],
      },
    ],
    volumes: [
      { name: 'run', secret: { secretName: secret, defaultMode: 0o440, ...(how === 'waits' && { optional: true }) } },
      { name: 'work', emptyDir: { sizeLimit: storage } },
      { name: 'tmp', emptyDir: { sizeLimit: storage } },
      ...(ocs ? [{ name: 'ocs', configMap: { name: ocs.configMap } }] : []),
    ],
  };
}
