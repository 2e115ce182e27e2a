{{- /* What a schema cannot say, or not so that one knows what to do. */ -}}
{{- define "internaldns.validate" -}}
{{- $v := .Values -}}
{{- if and (eq $v.store.type "bolt") (eq $v.kind "DaemonSet") -}}
{{- fail "store.type bolt is a file that one process has: kind has to be StatefulSet or Deployment; store.type etcd is for several pods" -}}
{{- end -}}
{{- if and (eq $v.store.type "bolt") (ne (int $v.replicaCount) 1) -}}
{{- fail (printf "store.type bolt is a file that one process has: replicaCount has to be 1, not %d; store.type etcd is for several pods" (int $v.replicaCount)) -}}
{{- end -}}
{{- if and (eq $v.store.type "etcd") (not $v.store.etcd.endpoints) -}}
{{- fail "store.type etcd needs store.etcd.endpoints, such as https://etcd.db.svc:2379" -}}
{{- end -}}
{{- with $v.store.etcd.tls -}}
{{- if ne (empty .certKey) (empty .keyKey) -}}
{{- fail "store.etcd.tls: certKey and keyKey go together" -}}
{{- end -}}
{{- if and .secretName (not .caKey) (not .certKey) -}}
{{- fail "store.etcd.tls.secretName needs caKey, or certKey and keyKey: nothing of the Secret is used" -}}
{{- end -}}
{{- end -}}
{{- range $v.store.etcd.endpoints -}}
{{- if and (eq $v.store.type "etcd") (eq $v.dnsPolicy "Default") (regexMatch "\\.svc(\\.|:|/|$)" .) -}}
{{- fail (printf "store.etcd.endpoints: %s is a name of the cluster, which dnsPolicy Default does not know; write the Service's address, or dnsPolicy ClusterFirst and forwarders" .) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $v.dnsPolicy "ClusterFirst") (has "/etc/resolv.conf" $v.forwarders) -}}
{{- fail "dnsPolicy ClusterFirst makes /etc/resolv.conf the cluster's DNS, and queries go round in a circle where that forwards here; name the forwarders by address" -}}
{{- end -}}
{{- if and (include "internaldns.hasAPIService" .) (not $v.api.tls.secretName) (not $v.api.insecure) -}}
{{- fail "api.service.enabled: tokens would cross the network as plain text; set api.tls.secretName, or api.insecure=true if something else protects them" -}}
{{- end -}}
{{- with $v.persistence -}}
{{- if and .hostPath .existingClaim -}}
{{- fail "persistence: hostPath and existingClaim exclude each other" -}}
{{- end -}}
{{- if and .hostPath (ne $v.kind "DaemonSet") -}}
{{- fail "persistence.hostPath is for kind DaemonSet: other pods may move to another node" -}}
{{- end -}}
{{- if and .enabled (eq $v.kind "DaemonSet") (not .hostPath) -}}
{{- fail "kind DaemonSet has no claim for each pod: set persistence.enabled=false, then a pod fetches its copy anew, or persistence.hostPath" -}}
{{- end -}}
{{- if and .enabled (eq $v.kind "Deployment") (ne $v.store.type "bolt") -}}
{{- fail "kind Deployment has one claim for all pods, and a copy belongs to one: set persistence.enabled=false, then a pod fetches its copy anew, or kind=StatefulSet" -}}
{{- end -}}
{{- if and .enabled .existingClaim (ne (int $v.replicaCount) 1) -}}
{{- fail "persistence.existingClaim is for one pod: replicaCount has to be 1" -}}
{{- end -}}
{{- end -}}
{{- $ports := list (int $v.ports.dns) (int $v.ports.health) (int $v.ports.ready) (int $v.ports.metrics) -}}
{{- if include "internaldns.hasAPI" . -}}{{- $ports = append $ports (int $v.api.port) -}}{{- end -}}
{{- if ne (len $ports) (len (uniq $ports)) -}}
{{- fail (printf "ports and api.port have to differ: %v" $ports) -}}
{{- end -}}
{{- end -}}
