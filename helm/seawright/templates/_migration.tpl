{{/*
Brings one service's tables to the newest revision, once per release revision. With an outside
database it is a hook that runs before the services change; a bundled database starts in the same
release, so there the job runs beside the services, whose pods wait for it.
Call with (dict "root" $ "component" "orchestrator" "prefix" "SEAWRIGHT_ORCHESTRATOR").
*/}}
{{- define "seawright.migration" -}}
{{- $scope := dict "root" .root "component" (printf "%s-migrate" .component) -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "seawright.name" . }}-migrate-{{ .root.Release.Revision }}
  labels: {{- include "seawright.labels" $scope | nindent 4 }}
  {{- if not .root.Values.postgres.bundled }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: "0"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  {{- end }}
spec:
  backoffLimit: 20
  ttlSecondsAfterFinished: 3600
  template:
    metadata:
      labels: {{- include "seawright.labels" $scope | nindent 8 }}
    spec:
      restartPolicy: OnFailure
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext: {{- include "seawright.podSecurity" . | nindent 8 }}
      {{- include "seawright.pullSecrets" . | nindent 6 }}
      containers:
        - name: migrate
          image: {{ include "seawright.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [serve, migrate]
          securityContext: {{- include "seawright.containerSecurity" . | nindent 12 }}
          env:
            {{- range include "seawright.secretEnv" . | fromJsonArray }}
            - {{ toJson . }}
            {{- end }}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 512Mi}
          volumeMounts:
            - {name: temporary, mountPath: /tmp}
      volumes:
        - name: temporary
          emptyDir: {}
{{- end -}}
