/** Builds the pod of a run from the run and its sequencer. Pure. */
import type { New } from '@sequencer/kubernetes/client';
import type { Pod } from '@sequencer/kubernetes/objects';
import type { OwnerReference } from '@sequencer/model/kubernetes/metadata';
import { FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import { hostnameOf, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export const RUNNER_CONTAINER = 'runner';
/** Ends with the outcome as its message when the script has ended, also while the runner waits for the API (ADR 48). */
export const TERMINATION_CONTAINER = 'termination';
/** `kubectl logs` shows only the output of the script, without a note about the other container. */
export const POD_ANNOTATIONS = { 'kubectl.kubernetes.io/default-container': RUNNER_CONTAINER };

/** Added to the script's grace period: time for the supervisor to kill the remaining processes and write the outcome. */
const SUPERVISOR_GRACE_SECONDS = 15;
const USER = 1000;
/** Without a limit, a script could fill the disk of its node. */
const DEFAULT_STORAGE = '10Gi';
const TERMINATION_RESOURCES = { cpu: '20m', memory: '32Mi', 'ephemeral-storage': '0' };
const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export function ownerReference({ apiVersion, kind, metadata }: SequencerRun | Sequencer): OwnerReference {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** The labels by which a network policy selects the pods of a sequencer. They cannot change in an upgrade. */
export function runnerSelector(sequencer: string): Record<string, string> {
  return { [LABELS.sequencer]: sequencer, 'app.kubernetes.io/component': 'runner' };
}

/** The labels of what the operator creates for the scripts of a sequencer. */
export function runnerLabels(sequencer: string, ofRelease: Record<string, string>): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'sequencer',
    ...ofRelease,
    'app.kubernetes.io/managed-by': 'sequencer-operator',
    ...runnerSelector(sequencer),
  };
}

/** Labels and annotations of a pod. */
export function podMetadata({ metadata, spec }: Sequencer, ofRelease: Record<string, string>) {
  const { podLabels, podAnnotations } = spec.runner;
  return {
    labels: { ...podLabels, ...runnerLabels(metadata.name, ofRelease) },
    annotations: { ...POD_ANNOTATIONS, ...podAnnotations },
  };
}

/** @param ofRelease labels of all objects of the release */
export function buildPod(run: SequencerRun, sequencer: Sequencer, ofRelease: Record<string, string>): New<Pod> {
  const { labels, ...annotations } = podMetadata(sequencer, ofRelease);
  return {
    metadata: {
      name: run.metadata.name,
      labels: { ...labels, [LABELS.run]: run.metadata.name },
      ...annotations,
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
      ...(runner.securityContext ?? { runAsUser: USER, runAsGroup: USER, fsGroup: USER }),
      runAsNonRoot: true,
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
        ...(runner.envFrom && { envFrom: runner.envFrom }),
        resources: {
          // Without an explicit request, Kubernetes uses the limit as the request.
          requests: { 'ephemeral-storage': '0', ...runner.resources?.requests },
          limits: { 'ephemeral-storage': storage, ...runner.resources?.limits },
        },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [
          { name: 'run', mountPath: '/run/sequencer', readOnly: true },
          { name: 'work', mountPath: '/work' },
          { name: 'tmp', mountPath: '/tmp' },
          ...(ocs ? [{ name: 'ocs', mountPath: '/config', readOnly: true }] : []),
          ...(runner.volumeMounts ?? []),
        ],
      },
      {
        name: TERMINATION_CONTAINER,
        image: runner.image,
        ...(runner.imagePullPolicy && { imagePullPolicy: runner.imagePullPolicy }),
        command: ['sequencer-runner-termination', '/work'],
        // Equal, so that a pod whose runner has equal requests and limits stays Guaranteed. The storage of the pod has a limit.
        resources: { requests: TERMINATION_RESOURCES, limits: TERMINATION_RESOURCES },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [{ name: 'work', mountPath: '/work', readOnly: true }],
      },
    ],
    volumes: [
      { name: 'run', secret: { secretName: secret, defaultMode: 0o440, ...(run === null && { optional: true }) } },
      { name: 'work', emptyDir: { sizeLimit: storage } },
      { name: 'tmp', emptyDir: { sizeLimit: storage } },
      ...(ocs ? [{ name: 'ocs', configMap: { name: ocs.configMap } }] : []),
      ...(runner.volumes ?? []).map((volume) =>
        volume.emptyDir ? { ...volume, emptyDir: { sizeLimit: storage, ...volume.emptyDir } } : volume,
      ),
    ],
  };
}
