{{/*
Rejects combinations of values that do not work, with all problems in one error. values.schema.json checks single values.
Also rejects a second release in the namespace: both would use the same objects.
*/}}
{{- define "sequencer.checks" -}}
{{- $v := .Values -}}
{{- $problems := list -}}
{{- $out := or $v.ingress.enabled $v.httpRoute.enabled (ne $v.web.service.type "ClusterIP") -}}
{{- if not $v.auth.modes -}}
{{- $problems = append $problems (printf "auth.modes is empty: %s. Set a sign-in method: password (with auth.password.users), oidc or proxy." (ternary "with an ingress, a route, a NodePort or a LoadBalancer, everybody could command the telescopes" "everybody in the cluster could command the telescopes" $out)) -}}
{{- end -}}
{{- if has "password" $v.auth.modes -}}
{{- if and (not $v.auth.password.users) (not $v.auth.password.existingSecret) -}}
{{- $problems = append $problems "auth.password: set users to lines that `bin/sequencer hash-password NAME ROLE` prints, or existingSecret to a Secret with these lines." -}}
{{- else if and $v.auth.password.users $v.auth.password.existingSecret -}}
{{- $problems = append $problems "auth.password: set either users or existingSecret, not both." -}}
{{- end -}}
{{- end -}}
{{- if has "oidc" $v.auth.modes -}}
{{- range list "issuer" "clientId" -}}
{{- if not (index $v.auth.oidc .) -}}
{{- $problems = append $problems (printf "auth.oidc.%s is empty: sign-in with oidc requires it." .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if has "proxy" $v.auth.modes -}}
{{- if not $v.auth.proxy.existingSecret -}}
{{- $problems = append $problems "auth.proxy.existingSecret is empty: the proxy authenticates itself with this secret." -}}
{{- end -}}
{{- if not $v.auth.trustedProxies -}}
{{- $problems = append $problems "auth.trustedProxies is empty: sign-in with proxy requires the networks of the proxy and of the web pods." -}}
{{- end -}}
{{- end -}}
{{- if and (or (has "oidc" $v.auth.modes) (has "proxy" $v.auth.modes)) (not $v.auth.roleGroups) -}}
{{- $problems = append $problems "auth.roleGroups is empty: oidc and proxy require the role of each group." -}}
{{- end -}}
{{- $databases := compact (list $v.database.external.existingSecret (ternary "y" "" $v.database.cloudNativePG.enabled) (ternary "y" "" $v.database.bundled.enabled)) -}}
{{- $count := add (ternary 1 0 (ne $v.database.external.existingSecret "")) (ternary 1 0 $v.database.cloudNativePG.enabled) (ternary 1 0 $v.database.bundled.enabled) -}}
{{- if ne (int $count) 1 -}}
{{- $problems = append $problems (printf "database: %s. Set exactly one of external.existingSecret, cloudNativePG.enabled and, for evaluation, bundled.enabled." (ternary "none is set" "more than one is set" (eq (int $count) 0))) -}}
{{- end -}}
{{- if gt (int $v.api.autoscaling.minReplicas) (int $v.api.autoscaling.maxReplicas) -}}
{{- $problems = append $problems "api.autoscaling: minReplicas is greater than maxReplicas." -}}
{{- end -}}
{{- if and $v.privateCA.existingConfigMap $v.privateCA.existingSecret -}}
{{- $problems = append $problems "privateCA: set either existingConfigMap or existingSecret, not both." -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.host) -}}
{{- $problems = append $problems "ingress.host is empty: set the host name of the site." -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (or (not $v.httpRoute.host) (not $v.httpRoute.parentRefs)) -}}
{{- $problems = append $problems "httpRoute: set host and parentRefs." -}}
{{- end -}}
{{- if and $v.ingress.enabled $v.httpRoute.enabled -}}
{{- $problems = append $problems "ingress and httpRoute are both enabled: choose one." -}}
{{- end -}}
{{- if and (ne $v.web.service.type "ClusterIP") (not $v.ingress.enabled) (not $v.httpRoute.enabled) (not $v.publicUrl) -}}
{{- $problems = append $problems (printf "publicUrl is empty: with a %s, set it to the URL of the pages." $v.web.service.type) -}}
{{- end -}}
{{- range $name, $telescope := $v.sequencers -}}
{{- with $telescope.ocs -}}
{{- if eq (empty .configMap) (empty .files) -}}
{{- $problems = append $problems (printf "sequencers.%s.ocs: set either configMap or files." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n\nThe chart cannot be installed with these values:\n  - %s\n" (join "\n  - " $problems)) -}}
{{- end -}}
{{- if .Release.IsInstall -}}
{{- range (lookup "apps/v1" "Deployment" .Release.Namespace "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- $chart := printf "%s-" $.Chart.Name -}}
{{- $other := get $labels "app.kubernetes.io/instance" -}}
{{- if and (hasPrefix $chart (get $labels "helm.sh/chart")) (eq (get $labels "app.kubernetes.io/component") "operator") (ne $other $.Release.Name) -}}
{{- fail (printf "\n\nThe namespace %s already has the release %s of this chart. Install this release in a namespace of its own, or change that one with `helm upgrade %s`.\n" $.Release.Namespace $other $other) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
