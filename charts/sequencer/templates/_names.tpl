{{/* Names, labels and addresses that several objects share. */}}

{{- define "sequencer.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "sequencer.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "sequencer.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "sequencer.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The selector labels of the pods of a component: (list . "api"). They cannot change in an upgrade. */}}
{{- define "sequencer.selector" -}}
app.kubernetes.io/name: {{ include "sequencer.name" (first .) }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{- define "sequencer.labels" -}}
{{- $root := first . -}}
{{- $own := include "sequencer.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/part-of" $root.Chart.Name -}}
{{- $_ := set $own "app.kubernetes.io/version" $root.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version) -}}
{{- merge $own $root.Values.commonLabels | toYaml -}}
{{- end -}}

{{/* The metadata of an object of a component: (list . "api" "name" [annotations]). */}}
{{- define "sequencer.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 2 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "sequencer.labels" (list $root (index . 1)) | nindent 2 }}
{{- with (gt (len .) 3 | ternary (last .) dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The annotations of objects that stay after an uninstall. */}}
{{- define "sequencer.kept" -}}
{{- if .Values.keepOnUninstall -}}
helm.sh/resource-policy: keep
{{- end -}}
{{- end -}}

{{/* The runner pods of all telescopes. */}}
{{- define "sequencer.runnerSelector" -}}
matchExpressions:
  - { key: sequencer.dev/run, operator: Exists }
{{- end -}}

{{/* The full name of an image: (list . .Values.api.image). */}}
{{- define "sequencer.image" -}}
{{- $root := first . -}}
{{- $image := last . -}}
{{- with $root.Values.image.registry -}}{{- trimSuffix "/" . -}}/{{- end -}}
{{- $image.repository -}}
{{- if $image.digest -}}@{{ $image.digest }}{{- else -}}:{{ $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion }}{{- end -}}
{{- end -}}

{{- define "sequencer.databaseSecret" -}}{{ .Values.database.bundled.existingSecret | default (printf "%s-database" (include "sequencer.fullname" .)) }}{{- end -}}
{{- define "sequencer.usersSecret" -}}{{ .Values.auth.password.existingSecret | default (printf "%s-users" (include "sequencer.fullname" .)) }}{{- end -}}
{{- define "sequencer.keySecret" -}}{{ .Values.runTokenKey.existingSecret | default (printf "%s-run-token-key" (include "sequencer.fullname" .)) }}{{- end -}}
{{- define "sequencer.runnerAccount" -}}{{ include "sequencer.fullname" . }}-runner{{- end -}}
{{- define "sequencer.ocsConfigMap" -}}{{ . }}-ocs{{- end -}}

{{/* The path of the pages, with a slash at both ends. */}}
{{- define "sequencer.path" -}}
{{- if .Values.publicUrl -}}
{{- printf "%s/" (trimSuffix "/" (urlParse .Values.publicUrl).path) -}}
{{- else if .Values.ingress.enabled -}}
{{- .Values.ingress.path -}}
{{- else if .Values.httpRoute.enabled -}}
{{- .Values.httpRoute.path -}}
{{- else -}}
/
{{- end -}}
{{- end -}}

{{/* The URL of the pages. */}}
{{- define "sequencer.publicUrl" -}}
{{- if .Values.publicUrl -}}
{{- printf "%s/" (trimSuffix "/" .Values.publicUrl) -}}
{{- else if .Values.ingress.enabled -}}
{{- printf "%s://%s%s" (ternary "https" "http" .Values.ingress.tls.enabled) .Values.ingress.host .Values.ingress.path -}}
{{- else if .Values.httpRoute.enabled -}}
{{- printf "%s://%s%s" (ternary "https" "http" .Values.httpRoute.https) .Values.httpRoute.host .Values.httpRoute.path -}}
{{- else -}}
http://localhost:8080/
{{- end -}}
{{- end -}}
