{{/*
One stock engine server: StatefulSet with a cache of its own per replica, headless Service,
disruption budget. Call with (dict "root" $ "component" "vllm" "values" .Values.engines.vllm
"port" 8200 "command" (list ...) "args" (list ...) "env" (dict ...) "health" "/health" "named" true).
With "named" each replica has an address of its own.
Models are read from the shared volume, under the path where the trainer publishes them; nothing is
downloaded. The images expect root, so what they write is pointed at the cache and at /tmp.
*/}}
{{- define "seawright.engine" -}}
{{- $home := dict "HOME" "/cache" "USER" "seawright" "XDG_CACHE_HOME" "/cache" "HF_HOME" "/cache/huggingface"
  "TRITON_CACHE_DIR" "/cache/triton" "TORCHINDUCTOR_CACHE_DIR" "/cache/inductor"
  "FLASHINFER_WORKSPACE_BASE" "/cache" "HF_HUB_OFFLINE" "1" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  {{- if .named }}
  clusterIP: None
  publishNotReadyAddresses: true
  {{- end }}
  selector: {{- include "seawright.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ .port }}, targetPort: http}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  serviceName: {{ include "seawright.name" . }}
  replicas: {{ .values.replicas }}
  podManagementPolicy: Parallel
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Delete}
  selector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "seawright.labels" . | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 60
      securityContext: {{- include "seawright.podSecurity" . | nindent 8 }}
      {{- include "seawright.pullSecrets" . | nindent 6 }}
      {{- include "seawright.placement" . | nindent 6 }}
      containers:
        - name: {{ .component }}
          image: {{ .values.image }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: {{- toYaml .command | nindent 12 }}
          args: {{- toYaml .args | nindent 12 }}
          securityContext: {{- include "seawright.containerSecurity" . | nindent 12 }}
          ports:
            - {name: http, containerPort: {{ .port }}}
          env:
            {{- range $name, $value := merge dict .env $home }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
          # Loading and compiling a large model takes long.
          startupProbe:
            httpGet: {path: {{ .health }}, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 360
          livenessProbe:
            httpGet: {path: {{ .health }}, port: http}
            periodSeconds: 10
            timeoutSeconds: 10
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: {{ .health }}, port: http}
            periodSeconds: 5
            timeoutSeconds: 5
          {{- $gpus := dict "nvidia.com/gpu" (toString .values.gpus) }}
          resources:
            requests: {{- toYaml (merge dict $gpus .values.resources.requests) | nindent 14 }}
            limits: {{- toYaml (merge dict $gpus .values.resources.limits) | nindent 14 }}
          volumeMounts:
            - {name: temporary, mountPath: /tmp}
            - {name: cache, mountPath: /cache}
            - {name: shared-memory, mountPath: /dev/shm}
            - {name: state, mountPath: /var/lib/seawright, readOnly: true}
      volumes:
        - name: temporary
          emptyDir: {}
        - name: shared-memory
          emptyDir: {medium: Memory, sizeLimit: {{ .values.sharedMemory }}}
        - name: state
          persistentVolumeClaim: {claimName: {{ include "seawright.claim" .root }}, readOnly: true}
  volumeClaimTemplates:
    - metadata: {name: cache}
      spec:
        accessModes: [ReadWriteOnce]
        {{- with .values.cache.className }}
        storageClassName: {{ . }}
        {{- end }}
        resources:
          requests: {storage: {{ .values.cache.size }}}
{{- if gt (int .values.replicas) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "seawright.name" . }}
  labels: {{- include "seawright.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "seawright.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
