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
{{- with $part.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $own := dict "matchLabels" (include "sequencer.selector" (list $root (index . 2)) | fromYaml) }}
{{- $spread := list }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- $spread = append $spread (dict "maxSkew" 1 "topologyKey" . "whenUnsatisfiable" "ScheduleAnyway") }}
{{- end }}
topologySpreadConstraints:
  {{- range $part.topologySpreadConstraints | default $spread }}
  - {{ merge (dict) . (dict "labelSelector" $own) | toYaml | indent 4 | trim }}
  {{- end }}
{{- end -}}

{{/*
The security context of a pod: (list . [user]). The user of the image replaces the ids in the values, unless the cluster
assigns them.
*/}}
{{- define "sequencer.podSecurity" -}}
{{- $context := deepCopy (first .).Values.podSecurityContext -}}
{{- if gt (len .) 1 -}}
{{- range list "runAsUser" "runAsGroup" "fsGroup" -}}
{{- if hasKey $context . -}}{{- $_ := set $context . (last $) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- with $context -}}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* An empty folder for files that a part writes. A pod that fills it is evicted, before it fills the disk of its node. */}}
{{- define "sequencer.tmp" -}}
{ name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- end -}}

{{/* Metadata of the pod template of a Deployment: (list . .Values.api "api" [annotations]). */}}
{{- define "sequencer.podMetadata" -}}
{{- $part := index . 1 -}}
labels:
  {{- merge (include "sequencer.labels" (list (index . 0) (index . 2)) | fromYaml) $part.podLabels | toYaml | nindent 2 }}
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
{{- with $root.Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml $part.resources | nindent 2 }}
{{- with $part.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
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

{{/* The certificates of `privateCA`, as a volume. Empty without these. */}}
{{- define "sequencer.privateCaVolume" -}}
{{- with .Values.privateCA }}
{{- if or .existingConfigMap .existingSecret -}}
- name: private-ca
  {{- if .existingConfigMap }}
  configMap:
    name: {{ .existingConfigMap }}
  {{- else }}
  secret:
    secretName: {{ .existingSecret }}
  {{- end }}
    items: [{ key: {{ .key }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- end -}}
