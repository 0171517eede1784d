{{/*
One autoscaler of a Deployment, an HPA or KEDA's ScaledObject.
Call with (dict "root" $ "component" "orchestrator" "values" .Values.orchestrator
"metric" "seawright_orchestrator_jobs_due"). Every replica tells the same number, the database's, so
the largest is taken. Without a metric the processors' use decides.
*/}}
{{- define "seawright.autoscaler" -}}
{{- $scaling := .values.autoscaling -}}
{{- if and $scaling.enabled (eq .root.Values.autoscaling.engine "keda") }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "seawright.name" . }}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: 15
  cooldownPeriod: 300
  triggers:
    {{- if .metric }}
    - type: prometheus
      metadata:
        serverAddress: {{ .root.Values.autoscaling.prometheusUrl | quote }}
        query: sum(max by (kind) ({{ .metric }}{namespace={{ .root.Release.Namespace | quote }}}))
        threshold: {{ $scaling.target | quote }}
    {{- else }}
    - type: cpu
      metricType: Utilization
      metadata: {value: {{ $scaling.target | quote }}}
    {{- end }}
{{- else if $scaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "seawright.name" . }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  behavior:
    scaleDown:
      # A pod that goes hands its jobs back; better seldom.
      stabilizationWindowSeconds: 600
      policies:
        - {type: Pods, value: 1, periodSeconds: 120}
  metrics:
    {{- if .metric }}
    - type: External
      external:
        metric:
          name: {{ .metric }}
          selector:
            matchLabels: {namespace: {{ .root.Release.Namespace | quote }}}
        target: {type: AverageValue, averageValue: {{ $scaling.target | quote }}}
    {{- else }}
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $scaling.target }}}
    {{- end }}
{{- end }}
{{- end -}}
