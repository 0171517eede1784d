{{/* Environment entries, as JSON lists that are read with fromJsonArray. */}}

{{/* Of the services that remember. */}}
{{- define "seawright.secretEnv" -}}
{{- $postgres := dict "secretKeyRef" (dict "name" (include "seawright.postgresSecret" .root) "key" "url") -}}
{{- $redis := dict "secretKeyRef" (dict "name" (include "seawright.redisSecret" .root) "key" "url") -}}
{{- $entries := list
  (dict "name" (printf "%s_DATABASE_URL" .prefix) "valueFrom" $postgres)
  (dict "name" (printf "%s_REDIS_URL" .prefix) "valueFrom" $redis)
  (dict "name" (printf "%s_BLOB_DIR" .prefix) "value" "/var/lib/seawright/blobs")
  (dict "name" (printf "%s_CREATE_TABLES" .prefix) "value" "false") -}}
{{- with .root.Values.storage.objects -}}
{{- if .url -}}
{{- $entries = append $entries (dict "name" (printf "%s_BLOB_URL" $.prefix) "value" .url) -}}
{{- range $name, $value := dict "AWS_ENDPOINT_URL" .endpoint "AWS_REGION" .region -}}
{{- if $value -}}
{{- $entries = append $entries (dict "name" $name "value" $value) -}}
{{- end -}}
{{- end -}}
{{- if .existingSecret -}}
{{- $secret := .existingSecret -}}
{{- range $name, $key := dict "AWS_ACCESS_KEY_ID" "access-key-id" "AWS_SECRET_ACCESS_KEY" "secret-access-key" -}}
{{- $from := dict "secretKeyRef" (dict "name" $secret "key" $key) -}}
{{- $entries = append $entries (dict "name" $name "valueFrom" $from) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $entries | toJson -}}
{{- end -}}

{{- define "seawright.peerEnv" -}}
{{- $entries := list -}}
{{- range $component := .peers -}}
{{- $port := get (dict "orchestrator" 8101 "environment" 8102 "user-simulator" 8103 "policy" 8104) $component -}}
{{- $name := printf "%s_%s_URL" $.prefix ($component | upper | replace "-" "_") -}}
{{- $url := include "seawright.url" (dict "root" $.root "component" $component "port" $port) -}}
{{- $entries = append $entries (dict "name" $name "value" $url) -}}
{{- end -}}
{{- $entries | toJson -}}
{{- end -}}

{{/* Who may call, and where traces go: the same for every service. */}}
{{- define "seawright.commonEnv" -}}
{{- $access := .root.Values.access -}}
{{- $entries := list -}}
{{- if $access.insecureOpen -}}
{{- $entries = append $entries (dict "name" "SEAWRIGHT_ACCESS_INSECURE_OPEN" "value" "true") -}}
{{- else -}}
{{- $secret := include "seawright.accessSecret" .root -}}
{{- range $name, $key := dict "SERVICE_SECRET" "service-secret" "PEPPER" "pepper" -}}
{{- $from := dict "secretKeyRef" (dict "name" $secret "key" $key) -}}
{{- $entries = append $entries (dict "name" (printf "SEAWRIGHT_ACCESS_%s" $name) "valueFrom" $from) -}}
{{- end -}}
{{- $entries = append $entries (dict "name" "SEAWRIGHT_ACCESS_KEYS_FILE" "value" "/etc/seawright/access/keys.json") -}}
{{- if $access.oidc.issuer -}}
{{- $entries = append $entries (dict "name" "SEAWRIGHT_ACCESS_OIDC_ISSUER" "value" $access.oidc.issuer) -}}
{{- $entries = append $entries (dict "name" "SEAWRIGHT_ACCESS_OIDC_AUDIENCE" "value" $access.oidc.audience) -}}
{{- $entries = append $entries (dict "name" "SEAWRIGHT_ACCESS_OIDC_SCOPE_CLAIM" "value" $access.oidc.scopeClaim) -}}
{{- if $access.oidc.jwksUrl -}}
{{- $entries = append $entries (dict "name" "SEAWRIGHT_ACCESS_OIDC_JWKS_URL" "value" $access.oidc.jwksUrl) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .root.Values.telemetry -}}
{{- if .otlpEndpoint -}}
{{- $entries = append $entries (dict "name" "OTEL_EXPORTER_OTLP_ENDPOINT" "value" .otlpEndpoint) -}}
{{- $entries = append $entries (dict "name" "OTEL_TRACES_SAMPLER_ARG" "value" (toString .sampleRatio)) -}}
{{- end -}}
{{- end -}}
{{- $entries | toJson -}}
{{- end -}}
