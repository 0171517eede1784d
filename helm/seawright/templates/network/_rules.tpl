{{/*
One service's NetworkPolicy. Call with (dict "root" $ "component" "policy" "port" 8104
"from" (list of components that may call it) "to" (list of (dict "component" "vllm" "port" 8200))
"outside" (list of (dict "peers" [...] "ports" [...]))).
*/}}
{{- define "seawright.networkPolicy" -}}
{{- $root := .root -}}
{{- if $root.Values.networkPolicy.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- if or .from .clients }}
    - ports:
        - {port: {{ .port }}, protocol: TCP}
      from:
        {{- range .from }}
        - podSelector:
            matchLabels: {{- include "seawright.selector" (dict "root" $root "component" .) | nindent 14 }}
        {{- end }}
        {{- with .clients }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- end }}
    {{- with $root.Values.networkPolicy.monitoring }}
    - ports:
        - {port: {{ $.port }}, protocol: TCP}
      from: {{- toYaml . | nindent 8 }}
    {{- end }}
  {{- if not (or .to .outside) }}
  egress: []
  {{- else }}
  egress:
    # Names are looked up in the cluster.
    - ports:
        - {port: 53, protocol: UDP}
        - {port: 53, protocol: TCP}
      to:
        - namespaceSelector: {}
          podSelector:
            matchLabels: {k8s-app: kube-dns}
    {{- range .to }}
    - ports:
        - {port: {{ .port }}, protocol: TCP}
      to:
        - podSelector:
            matchLabels: {{- include "seawright.selector" (dict "root" $root "component" .component) | nindent 14 }}
    {{- end }}
    {{- range .outside }}
    {{- if .peers }}
    - ports:
        {{- range .ports }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
      to: {{- toYaml .peers | nindent 8 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Where the database, Redis and objects are: in the release, or outside at their ports. JSON. */}}
{{- define "seawright.storeRoutes" -}}
{{- $to := list -}}
{{- $outside := list -}}
{{- range $name, $store := dict "postgres" .Values.postgres "redis" .Values.redis -}}
{{- if $store.bundled -}}
{{- $to = append $to (dict "component" $name "port" $store.port) -}}
{{- else -}}
{{- $outside = append $outside (dict "peers" $.Values.networkPolicy.stores "ports" (list $store.port)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.storage.objects -}}
{{- if .url -}}
{{- $outside = append $outside (dict "peers" $.Values.networkPolicy.stores "ports" (list .port)) -}}
{{- end -}}
{{- end -}}
{{- dict "to" $to "outside" $outside | toJson -}}
{{- end -}}

{{/* Where every service may go: traces' collector, the provider of identities. JSON. */}}
{{- define "seawright.commonRoutes" -}}
{{- $outside := list -}}
{{- if .Values.telemetry.otlpEndpoint -}}
{{- $outside = append $outside (dict "peers" .Values.networkPolicy.collector "ports" (list .Values.telemetry.otlpPort)) -}}
{{- end -}}
{{- if .Values.access.oidc.issuer -}}
{{- $outside = append $outside (dict "peers" .Values.networkPolicy.identity "ports" (list 443)) -}}
{{- end -}}
{{- $outside | toJson -}}
{{- end -}}
