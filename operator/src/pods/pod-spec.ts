/** Builds the pod of a run from the run and its sequencer. Pure. */
import type { New } from '@sequencer/kubernetes/client';
import type { Pod } from '@sequencer/kubernetes/objects';
import type { OwnerReference } from '@sequencer/model/kubernetes/metadata';
import { FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import { hostnameOf, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export const RUNNER_CONTAINER = 'runner';

/** Added to the script's grace period: time for the supervisor to kill the remaining processes and write the outcome. */
const SUPERVISOR_GRACE_SECONDS = 15;
const USER = 1000;
/** Without a limit, a script could fill the disk of its node. */
const DEFAULT_STORAGE = '10Gi';

export function ownerReference({ apiVersion, kind, metadata }: SequencerRun | Sequencer): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** Labels for the network policy, and for `kubectl get pods -l`. */
export function runnerLabels(sequencer: string): Record<string, string> {
  return { [LABELS.sequencer]: sequencer, 'app.kubernetes.io/component': 'runner' };
}

export function buildPod(run: SequencerRun, sequencer: Sequencer): New<Pod> {
  return {
    metadata: {
      name: run.metadata.name,
      labels: { ...runnerLabels(run.spec.sequencer), [LABELS.run]: run.metadata.name },
      ownerReferences: [ownerReference(run)],
      finalizers: [FINALIZER],
    },
    spec: buildPodSpec(sequencer, run.metadata.name, run.metadata.uid),
  };
}

/**
 * @param secret the name of the Secret with the run; for a warm pod it does not exist yet
 * @param run the uid of the run; null for a warm pod, which waits for a run
 */
export function buildPodSpec(sequencer: Sequencer, secret: string, run: string | null): Pod['spec'] {
  const { runner, ocs, stopGraceSeconds } = sequencer.spec;
  const storage = runner.storage ?? DEFAULT_STORAGE;
  const copied = Object.fromEntries(
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
    ...copied,
    // An unreachable node must not end a script: only a deletion of the node or of the run does.
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
        command: ['sequencer-runner-pod', '/run/sequencer', '/work', ...(run === null ? ['--wait'] : [])],
        workingDir: '/work',
        // SIGTERM is lost while Python starts. The runner checks for this file when its signal handlers are set.
        lifecycle: { preStop: { exec: { command: ['touch', '/work/.ending'] } } },
        env: [
          { name: 'HOME', value: '/work' },
          // The runner compares it with its files, which may be those of an earlier run with the same name.
          ...(run === null ? [] : [{ name: 'RUNNER_RUN_UID', value: run }]),
          ...(ocs
            ? [
                { name: 'OCS_CONFIG_DIR', value: '/config' },
                { name: 'SORUNLIB_CONFIG', value: '/config/sorunlib.yaml' },
              ]
            : []),
          ...runner.env,
        ],
        resources: {
          // Without an explicit request, Kubernetes uses the limit as the request.
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
      { name: 'run', secret: { secretName: secret, defaultMode: 0o440, ...(run === null && { optional: true }) } },
      { name: 'work', emptyDir: { sizeLimit: storage } },
      { name: 'tmp', emptyDir: { sizeLimit: storage } },
      ...(ocs ? [{ name: 'ocs', configMap: { name: ocs.configMap } }] : []),
    ],
  };
}
