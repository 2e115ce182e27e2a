{{- /* The pod, the same for every kind. */ -}}
{{- define "internaldns.pod" -}}
{{- $v := .Values -}}
metadata:
  annotations:
    checksum/store: {{ include "internaldns.store" . | sha256sum }}
    {{- if $v.rollOnChange }}
    checksum/config: {{ include "internaldns.configData" . | sha256sum }}
    {{- end }}
    {{- with $v.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "internaldns.selectorLabels" . | nindent 4 }}
    {{- range list $v.commonLabels $v.podLabels }}
    {{- with . }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
spec:
  serviceAccountName: {{ include "internaldns.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  dnsPolicy: {{ $v.dnsPolicy }}
  {{- with $v.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  terminationGracePeriodSeconds: {{ int $v.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml $v.podSecurityContext | nindent 4 }}
  {{- with $v.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $v.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $v.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml $v.topologySpreadConstraints | nindent 4 }}
  {{- else if and (ne $v.kind "DaemonSet") (gt (int $v.replicaCount) 1) }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "internaldns.selectorLabels" . | nindent 10 }}
  {{- end }}
  {{- with $v.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "internaldns.container" . | nindent 4 }}
  volumes:
    {{- include "internaldns.volumes" . | nindent 4 }}
{{- end -}}

{{- define "internaldns.container" -}}
{{- $v := .Values -}}
- name: internaldns
  image: {{ include "internaldns.image" . | quote }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  args:
    - -conf
    - /etc/internaldns/Corefile
    {{- with $v.extraArgs }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- $credentials := $v.store.etcd.credentials }}
  {{- $secret := and (eq $v.store.type "etcd") $credentials.secretName }}
  {{- if or $secret $v.extraEnv }}
  env:
    {{- if $secret }}
    - name: ETCD_USERNAME
      valueFrom:
        secretKeyRef:
          name: {{ $credentials.secretName }}
          key: {{ $credentials.usernameKey }}
    - name: ETCD_PASSWORD
      valueFrom:
        secretKeyRef:
          name: {{ $credentials.secretName }}
          key: {{ $credentials.passwordKey }}
    {{- end }}
    {{- with $v.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  ports:
    - name: dns-udp
      containerPort: {{ int $v.ports.dns }}
      protocol: UDP
    - name: dns-tcp
      containerPort: {{ int $v.ports.dns }}
      protocol: TCP
    {{- range $v.service.extraPorts }}
    - name: {{ .name }}
      containerPort: {{ int .containerPort }}
      protocol: {{ .protocol }}
    {{- end }}
    - name: health
      containerPort: {{ int $v.ports.health }}
      protocol: TCP
    - name: ready
      containerPort: {{ int $v.ports.ready }}
      protocol: TCP
    - name: metrics
      containerPort: {{ int $v.ports.metrics }}
      protocol: TCP
    {{- if include "internaldns.hasAPI" . }}
    - name: api
      containerPort: {{ int $v.api.port }}
      protocol: TCP
    {{- end }}
  startupProbe:
    tcpSocket:
      port: dns-tcp
    {{- toYaml $v.startupProbe | nindent 4 }}
  livenessProbe:
    httpGet:
      path: /health
      port: health
    {{- toYaml $v.livenessProbe | nindent 4 }}
  readinessProbe:
    httpGet:
      path: /ready
      port: ready
    {{- toYaml $v.readinessProbe | nindent 4 }}
  {{- with $v.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml $v.securityContext | nindent 4 }}
  volumeMounts:
    - name: config
      mountPath: /etc/internaldns
      readOnly: true
    - name: state
      mountPath: /var/lib/internaldns
    {{- if and (eq $v.store.type "etcd") $v.store.etcd.tls.secretName }}
    - name: etcd-tls
      mountPath: /etc/internaldns-tls/etcd
      readOnly: true
    {{- end }}
    {{- if and (include "internaldns.hasAPI" .) $v.api.tls.secretName }}
    - name: api-tls
      mountPath: /etc/internaldns-tls/api
      readOnly: true
    {{- end }}
    {{- with $v.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "internaldns.volumes" -}}
{{- $v := .Values -}}
- name: config
  configMap:
    name: {{ include "internaldns.fullname" . }}
{{- with $v.persistence }}
{{- if not .enabled }}
- name: state
  emptyDir: {}
{{- else if .hostPath }}
- name: state
  hostPath:
    path: {{ .hostPath }}
    type: Directory
{{- else if .existingClaim }}
- name: state
  persistentVolumeClaim:
    claimName: {{ .existingClaim }}
{{- else if eq $v.kind "Deployment" }}
- name: state
  persistentVolumeClaim:
    claimName: {{ include "internaldns.fullname" $ }}
{{- end }}
{{- end }}
{{- if and (eq $v.store.type "etcd") $v.store.etcd.tls.secretName }}
- name: etcd-tls
  secret:
    secretName: {{ $v.store.etcd.tls.secretName }}
    defaultMode: 0440
{{- end }}
{{- if and (include "internaldns.hasAPI" .) $v.api.tls.secretName }}
- name: api-tls
  secret:
    secretName: {{ $v.api.tls.secretName }}
    defaultMode: 0440
{{- end }}
{{- with $v.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "internaldns.claimSpec" -}}
{{- with .Values.persistence -}}
accessModes:
  {{- toYaml .accessModes | nindent 2 }}
{{- if .storageClass }}
storageClassName: {{ ternary "" .storageClass (eq .storageClass "-") | quote }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}
{{- end -}}
