{{/* Templates that the pods of all components share. */}}

{{/* Pull secrets and scheduling of a pod spec: (list . .Values.api "api"). */}}
{{- define "sequencer.placement" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "sequencer.selector" (list $root (index $ 2)) | nindent 8 }}
  {{- end }}
{{- end -}}

{{/* The Pod Security Standard `restricted`, and a user: (list 1000). */}}
{{- define "sequencer.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  fsGroup: {{ . }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "sequencer.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{/* Metadata of the pod template of a Deployment: (list . .Values.api "api" [annotations]). */}}
{{- define "sequencer.podMetadata" -}}
{{- $part := index . 1 -}}
labels:
  {{- include "sequencer.labels" (list (index . 0) (index . 2)) | nindent 2 }}
{{- with merge (deepCopy $part.podAnnotations) (gt (len .) 3 | ternary (last .) dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Name and image of a container: (list . .Values.api "api"). */}}
{{- define "sequencer.container" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
name: {{ index . 2 }}
image: {{ include "sequencer.image" (list $root $part.image) }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
{{ include "sequencer.containerSecurity" $root }}
resources:
  {{- toYaml $part.resources | nindent 2 }}
{{- end -}}

{{/* Keeps at least one pod during a drain: (list . .Values.api "api"). */}}
{{- define "sequencer.disruptionBudget" -}}
{{- $root := index . 0 -}}
{{- $name := index . 2 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "sequencer.metadata" (list $root $name (printf "%s-%s" (include "sequencer.fullname" $root) $name)) | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "sequencer.selector" (list $root $name) | nindent 6 }}
{{- end -}}
