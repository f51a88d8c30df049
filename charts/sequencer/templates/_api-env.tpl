{{/* The settings of the API; docs/configuration.md describes them. */}}
{{- define "sequencer.apiEnv" -}}
{{- $v := .Values -}}
{{- $name := include "sequencer.fullname" . -}}
{{- $service := printf "%s-api" $name -}}
{{- $domain := printf "%s.%s.svc.%s" $service .Release.Namespace $v.clusterDomain -}}
- { name: HOST, value: "0.0.0.0" }
- { name: PORT, value: "8000" }
- { name: BACKEND, value: kubernetes }
- name: NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
# Prometheus and probes use the address of a pod as host.
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
- { name: ALLOWED_HOSTS, value: "$(POD_IP),[$(POD_IP)],{{ $service }},{{ $service }}.{{ .Release.Namespace }},{{ $domain }}" }
- { name: PUBLIC_URL, value: {{ include "sequencer.publicUrl" . | quote }} }
{{- with $v.api.allowedOrigins }}
- { name: ALLOWED_ORIGINS, value: {{ join "," . | quote }} }
{{- end }}
{{- with $v.api.controlLock }}
- { name: CONTROL_LOCK, value: {{ join "," . | quote }} }
{{- end }}
{{- if not (or (kindIs "invalid" $v.site.latitude) (kindIs "invalid" $v.site.longitude)) }}
- { name: SITE_LATITUDE, value: {{ $v.site.latitude | quote }} }
- { name: SITE_LONGITUDE, value: {{ $v.site.longitude | quote }} }
{{- end }}
- { name: LOG_LEVEL, value: {{ $v.api.logLevel }} }
{{- if or $v.privateCA.existingConfigMap $v.privateCA.existingSecret }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/sequencer/private-ca/ca.crt }
{{- end }}
- name: RUN_TOKEN_KEY
  valueFrom: { secretKeyRef: { name: {{ include "sequencer.keySecret" . }}, key: {{ $v.runTokenKey.existingSecretKey }} } }
- name: RUN_TOKEN_KEY_BEFORE
  valueFrom: { secretKeyRef: { name: {{ include "sequencer.keySecret" . }}, key: {{ $v.runTokenKey.existingSecretKeyBefore }}, optional: true } }
{{- if $v.checker.enabled }}
- { name: CHECKER_URL, value: "http://{{ $name }}-checker:8080/" }
- { name: CHECKER_IMAGE, value: {{ include "sequencer.image" (list . $v.runner.image) | quote }} }
{{- end }}
{{- if $v.database.bundled.enabled }}
- name: PGPASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "sequencer.databaseSecret" . }}, key: {{ $v.database.bundled.existingSecretKey }} } }
- { name: DATABASE_URL, value: "postgres://sequencer@{{ $name }}-database:5432/sequencer" }
{{- else if $v.database.cloudNativePG.enabled }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ $name }}-database-app, key: uri } }
{{- else }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ $v.database.external.existingSecret }}, key: {{ $v.database.external.existingSecretKey }} } }
{{- end }}
{{- with include "sequencer.schedulerEnv" . }}
{{ . }}
{{- end }}
- { name: AUTH, value: {{ join "," $v.auth.modes | quote }} }
- { name: SESSION_HOURS, value: {{ $v.auth.sessionHours | quote }} }
{{- with $v.auth.trustedProxies }}
- { name: TRUSTED_PROXIES, value: {{ join "," . | quote }} }
{{- end }}
{{- if $v.auth.roleGroups }}
{{- $groups := list }}
{{- range $group, $role := $v.auth.roleGroups }}
{{- $groups = append $groups (printf "%s=%s" $group $role) }}
{{- end }}
- { name: ROLE_GROUPS, value: {{ join "," $groups | quote }} }
{{- end }}
{{- if has "password" $v.auth.modes }}
- { name: USERS_FILE, value: /etc/sequencer/users/users }
{{- end }}
{{- if has "oidc" $v.auth.modes }}
- { name: OIDC_ISSUER, value: {{ $v.auth.oidc.issuer | quote }} }
- { name: OIDC_CLIENT_ID, value: {{ $v.auth.oidc.clientId | quote }} }
{{- with $v.auth.oidc.existingSecret }}
- name: OIDC_CLIENT_SECRET
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $v.auth.oidc.existingSecretKey }} } }
{{- end }}
- { name: OIDC_CALLBACK_PATH, value: api/ }
- { name: OIDC_SCOPE, value: {{ $v.auth.oidc.scope | quote }} }
- { name: OIDC_NAME_CLAIM, value: {{ $v.auth.oidc.nameClaim | quote }} }
- { name: OIDC_ROLE_CLAIM, value: {{ $v.auth.oidc.roleClaim | quote }} }
{{- end }}
{{- if has "proxy" $v.auth.modes }}
- name: PROXY_SECRET
  valueFrom: { secretKeyRef: { name: {{ $v.auth.proxy.existingSecret }}, key: {{ $v.auth.proxy.existingSecretKey }} } }
- { name: PROXY_USER_HEADER, value: {{ $v.auth.proxy.userHeader | quote }} }
- { name: PROXY_GROUPS_HEADER, value: {{ $v.auth.proxy.groupsHeader | quote }} }
{{- end }}
{{- end -}}

{{/* Where schedules are pulled from: the API pulls for people, and the operator in the mode Scheduler. */}}
{{- define "sequencer.schedulerEnv" -}}
{{- $s := .Values.scheduler -}}
{{- $url := $s.url -}}
{{- $policy := $s.policy -}}
{{- $length := $s.lengthMinutes -}}
{{- if and .Values.simulator.enabled (not $url) -}}
{{- $url = printf "http://%s-simulator:8700/api/v1/schedule/" (include "sequencer.fullname" .) -}}
{{- $policy = $policy | default `{"policy": "rest", "preset": "rest.{sequencer}", "config": {}}` -}}
{{- $length = $length | default 15 -}}
{{- end -}}
{{- $list := list -}}
{{- with $url }}{{- $list = append $list (dict "name" "SCHEDULER_URL" "value" .) }}{{- end -}}
{{- with $policy }}{{- $list = append $list (dict "name" "SCHEDULER_POLICY" "value" .) }}{{- end -}}
{{- with $length }}{{- $list = append $list (dict "name" "SCHEDULER_LENGTH_MINUTES" "value" (toString .)) }}{{- end -}}
{{- with $s.header }}{{- $list = append $list (dict "name" "SCHEDULER_HEADER" "value" .) }}{{- end -}}
{{- with $s.existingSecret }}
{{- $ref := dict "name" . "key" $s.existingSecretKey -}}
{{- $list = append $list (dict "name" "SCHEDULER_HEADERS" "valueFrom" (dict "secretKeyRef" $ref)) -}}
{{- end -}}
{{- with $list }}{{ toYaml . }}{{- end -}}
{{- end -}}
