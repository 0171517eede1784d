{{/*
One service: Deployment, Service and PodDisruptionBudget.
Call with (dict "root" $ "component" "policy" "prefix" "SEAWRIGHT_POLICY" "port" 8104
"values" .Values.policy "env" (list of env entries) "state" true "schema" true "grace" 60
"strategy" "Recreate" "account" "name of a service account" "sharedMemory" "1Gi"
"files" "name of a ConfigMap").
With "schema" the pod waits until its tables are at the revision that its image was made for.
*/}}
{{- define "seawright.workload" -}}
{{- $env := concat (list
  (dict "name" (printf "%s_HOST" .prefix) "value" "0.0.0.0")
  (dict "name" (printf "%s_PORT" .prefix) "value" (toString .port)))
  (include "seawright.commonEnv" . | fromJsonArray) .env -}}
{{- $isGuarded := not .root.Values.access.insecureOpen -}}
{{- $isAudited := and $isGuarded .root.Values.access.audit.enabled -}}
{{- $scaling := .values.autoscaling | default dict -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  {{- if not $scaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  {{- with .strategy }}
  strategy: {type: {{ . }}}
  {{- else }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  {{- end }}
  selector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "seawright.labels" . | nindent 8 }}
    spec:
      {{- if .account }}
      serviceAccountName: {{ .account }}
      {{- end }}
      automountServiceAccountToken: {{ if .account }}true{{ else }}false{{ end }}
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .grace | default 60 }}
      securityContext: {{- include "seawright.podSecurity" . | nindent 8 }}
      {{- include "seawright.pullSecrets" . | nindent 6 }}
      {{- include "seawright.placement" . | nindent 6 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "seawright.selector" . | nindent 14 }}
      {{- if .schema }}
      initContainers:
        - name: await-schema
          image: {{ include "seawright.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [serve, await-schema]
          securityContext: {{- include "seawright.containerSecurity" . | nindent 12 }}
          env:
            {{- range include "seawright.secretEnv" . | fromJsonArray }}
            - {{ toJson . }}
            {{- end }}
          resources:
            requests: {cpu: 50m, memory: 128Mi}
            limits: {memory: 512Mi}
          volumeMounts:
            - {name: temporary, mountPath: /tmp}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "seawright.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          securityContext: {{- include "seawright.containerSecurity" . | nindent 12 }}
          ports:
            - {name: http, containerPort: {{ .port }}}
          env:
            {{- range $env }}
            - {{ toJson . }}
            {{- end }}
            {{- if $isAudited }}
            - {name: SEAWRIGHT_ACCESS_AUDIT_FILE, value: /var/lib/seawright-audit/events.jsonl}
            {{- end }}
            {{- range $name, $value := .values.env }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
          startupProbe:
            httpGet: {path: /startupz, port: http}
            periodSeconds: 2
            timeoutSeconds: 5
            failureThreshold: 150
          livenessProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 6
          lifecycle:
            # Endpoints are updated while the pod still serves.
            preStop:
              exec: {command: [sleep, "5"]}
          resources: {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - {name: temporary, mountPath: /tmp}
            {{- if $isGuarded }}
            - {name: access, mountPath: /etc/seawright/access, readOnly: true}
            {{- end }}
            {{- if $isAudited }}
            # Of the volume it sees this folder alone.
            - {name: audit, mountPath: /var/lib/seawright-audit, subPath: audit/{{ .component }}}
            {{- end }}
            {{- if .state }}
            - {name: state, mountPath: /var/lib/seawright}
            {{- end }}
            {{- if .sharedMemory }}
            - {name: shared-memory, mountPath: /dev/shm}
            {{- end }}
            {{- if .files }}
            - {name: files, mountPath: /etc/seawright/files, readOnly: true}
            {{- end }}
      volumes:
        - name: temporary
          emptyDir: {}
        {{- if $isGuarded }}
        - name: access
          secret:
            secretName: {{ include "seawright.accessSecret" .root }}
            items:
              - {key: keys.json, path: keys.json}
        {{- end }}
        {{- if $isAudited }}
        - name: audit
          persistentVolumeClaim: {claimName: {{ .root.Values.access.audit.existingClaim | default (include "seawright.claim" .root) }}}
        {{- end }}
        {{- if .state }}
        - name: state
          persistentVolumeClaim: {claimName: {{ include "seawright.claim" .root }}}
        {{- end }}
        {{- with .sharedMemory }}
        - name: shared-memory
          emptyDir: {medium: Memory, sizeLimit: {{ . }}}
        {{- end }}
        {{- with .files }}
        - name: files
          configMap: {name: {{ . }}}
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
{{- $least := ternary (int $scaling.minReplicas) (int .values.replicas) (eq true ($scaling.enabled | default false)) }}
{{- if gt $least 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
