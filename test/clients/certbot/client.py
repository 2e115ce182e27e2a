"""Adds and deletes the record of a challenge as certbot does, with Debian's plugin for
Cloudflare, at a server that the environment names."""

import json
import os
import urllib.request

os.environ["CLOUDFLARE_API_URL"] = os.environ["INTERNALDNS_URL"]

from certbot import errors
from certbot_dns_cloudflare._internal import dns_cloudflare

TOKEN = os.environ["INTERNALDNS_TOKEN"]


def call(method, path, body=None):
    """Returns the result of a call of the API."""
    request = urllib.request.Request(
        os.environ["INTERNALDNS_URL"] + path,
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["result"]


def check(client):
    """Adds a record and deletes it again."""
    name, value = "_acme-challenge.www.corp.example", "a-value_of-43-characters"
    records = "/zones/%s/dns_records?type=TXT&name=%s" % (zone["id"], name)
    client.add_txt_record("www.corp.example", name, value, 120)
    found = call("GET", records)
    assert [r["content"].strip('"') for r in found] == [value], found
    assert found[0]["ttl"] == 120, found
    client.add_txt_record("www.corp.example", name, "another", 120)
    client.del_txt_record("www.corp.example", name, value)
    left = call("GET", records)
    assert [r["content"].strip('"') for r in left] == ["another"], left
    client.del_txt_record("www.corp.example", name, "another")
    assert call("GET", records) == []


def refused(client, domain, text):
    """A failure is told as one of the plugin, and with what the server says."""
    try:
        client.add_txt_record(domain, "_acme-challenge." + domain, "v", 120)
    except errors.PluginError as error:
        assert text in str(error), error
    else:
        raise AssertionError("%s was not refused" % domain)


zone = call("POST", "/zones", {"name": "corp.example", "type": "internal"})
check(dns_cloudflare._CloudflareClient(api_token=TOKEN))
check(dns_cloudflare._CloudflareClient(email="somebody@example.org", api_key=TOKEN))
refused(dns_cloudflare._CloudflareClient(api_token=TOKEN), "www.nowhere.example", "Unable to determine zone_id")
refused(dns_cloudflare._CloudflareClient(api_token="x" * 40), "www.corp.example", "Authentication error")
refused(dns_cloudflare._CloudflareClient(api_token="no token"), "www.corp.example", "6003")
print("certbot-dns-cloudflare: ok")
