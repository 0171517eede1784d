{{/* Environment entries of the services that remember; JSON lists, read with fromJsonArray. */}}

{{- define "seawright.secretEnv" -}}
{{- $postgres := dict "secretKeyRef" (dict "name" (include "seawright.postgresSecret" .root) "key" "url") -}}
{{- $redis := dict "secretKeyRef" (dict "name" (include "seawright.redisSecret" .root) "key" "url") -}}
{{- list
  (dict "name" (printf "%s_DATABASE_URL" .prefix) "valueFrom" $postgres)
  (dict "name" (printf "%s_REDIS_URL" .prefix) "valueFrom" $redis)
  (dict "name" (printf "%s_BLOB_DIR" .prefix) "value" "/var/lib/seawright/blobs")
  | toJson -}}
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
