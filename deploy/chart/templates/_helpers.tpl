{{- define "internaldns.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "internaldns.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "internaldns.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "internaldns.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "internaldns.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "internaldns.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "internaldns.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* Whether there is an API, and whether a Service leads to it: "true", or nothing. */ -}}
{{- define "internaldns.hasAPI" -}}
{{- if and .Values.api.enabled (ne .Values.store.type "none") -}}true{{- end -}}
{{- end -}}
{{- define "internaldns.hasAPIService" -}}
{{- if and (include "internaldns.hasAPI" .) .Values.api.service.enabled -}}true{{- end -}}
{{- end -}}

{{- /* What a reload of the Corefile cannot change. */ -}}
{{- define "internaldns.store" -}}
{{- with .Values.store }}
{{- if eq .type "bolt" }}
store /var/lib/internaldns/internaldns.db
{{- else }}
store etcd {
    endpoint {{ join " " .etcd.endpoints }}
    path {{ .etcd.path }}
    {{- if .etcd.credentials.secretName }}
    credentials {$ETCD_USERNAME} {$ETCD_PASSWORD}
    {{- end }}
    {{- with .etcd.tls }}
    {{- if .secretName }}
    tls{{ range compact (list .certKey .keyKey .caKey) }} /etc/internaldns-tls/etcd/{{ . }}{{ end }}
    {{- end }}
    {{- end }}
    copy /var/lib/internaldns/copy.db
}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The plugin internaldns, for the Corefile. */ -}}
{{- define "internaldns.plugin" -}}
{{- if ne .Values.store.type "none" }}
internaldns {{ .Values.store.account }} {
    {{- include "internaldns.store" . | trim | nindent 4 }}
    history {{ .Values.store.history }}
    {{- with .Values.api }}
    {{- if not .enabled }}
    listen off
    {{- else if not .service.enabled }}
    listen 127.0.0.1:{{ .port }}
    {{- else }}
    listen :{{ .port }}{{ if .insecure }} insecure{{ end }}
    {{- end }}
    {{- if and .enabled .tls.secretName }}
    tls /etc/internaldns-tls/api/tls.crt /etc/internaldns-tls/api/tls.key{{ with .tls.clientCAKey }} /etc/internaldns-tls/api/{{ . }}{{ end }}
    {{- end }}
    {{- with .hosts }}
    host {{ join " " . }}
    {{- end }}
    dashboard {{ ternary "on" "off" .dashboard }}
    rate_limit {{ int .rateLimit }}
    {{- end }}
}
{{- end }}
{{- end -}}
