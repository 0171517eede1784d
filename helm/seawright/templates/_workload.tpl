{{/*
One service: Deployment, Service and PodDisruptionBudget.
Call with (dict "root" $ "component" "policy" "port" 8104 "values" .Values.policy
"env" (list of env entries) "state" true "grace" 60 "strategy" "Recreate").
*/}}
{{- define "seawright.workload" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  replicas: {{ .values.replicas }}
  {{- with .strategy }}
  strategy: {type: {{ . }}}
  {{- end }}
  selector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "seawright.labels" . | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .grace | default 60 }}
      securityContext: {{- include "seawright.podSecurity" . | nindent 8 }}
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "seawright.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          securityContext: {{- include "seawright.containerSecurity" . | nindent 12 }}
          ports:
            - {name: http, containerPort: {{ .port }}}
          env:
            - {name: {{ .prefix }}_HOST, value: "0.0.0.0"}
            - {name: {{ .prefix }}_PORT, value: {{ .port | quote }}}
            {{- range .env }}
            - {{ toJson . }}
            {{- end }}
            {{- range $name, $value := .values.env }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
          startupProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 5
          resources: {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - {name: temporary, mountPath: /tmp}
            {{- if .state }}
            - {name: state, mountPath: /var/lib/seawright}
            {{- end }}
      volumes:
        - name: temporary
          emptyDir: {}
        {{- if .state }}
        - name: state
          persistentVolumeClaim: {claimName: {{ include "seawright.claim" .root }}}
        {{- end }}
      {{- with .values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  selector: {{- include "seawright.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .port }}, targetPort: http}
{{- if gt (int .values.replicas) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  minAvailable: 1
  selector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
