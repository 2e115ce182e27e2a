// Tests of the clients that Cloudflare publishes for Node.js, against a server that the
// environment names: the library `cloudflare` and the command line `cf`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import Cloudflare from 'cloudflare';

const { INTERNALDNS_URL: baseURL, INTERNALDNS_TOKEN: apiToken, INTERNALDNS_DNS: server } = process.env;
const client = new Cloudflare({ baseURL, apiToken, maxRetries: 0 });

const resolver = new Resolver();
resolver.setServers([server]);

async function account() {
  const all = await client.accounts.list();
  assert.equal(all.result.length, 1);
  return all.result[0].id;
}

async function addresses(name) {
  try {
    return await resolver.resolve4(name);
  } catch (error) {
    return error.code;
  }
}

async function rejects(call, status, code) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof Cloudflare.APIError, String(error));
    assert.equal(error.status, status);
    assert.equal(error.errors[0].code, code);
    return true;
  });
}

test('the three steps of the guide', async () => {
  const account_id = await account();
  const shared = await client.zones.create({ account: { id: account_id }, name: 'shared.example', type: 'internal' });
  const zone = await client.zones.create({ account: { id: account_id }, name: 'corp.example', type: 'internal' });
  await client.dns.records.create({ zone_id: zone.id, type: 'A', name: 'www', content: '192.0.2.1', ttl: 1 });
  const settings = await client.dns.settings.zone.edit({ zone_id: zone.id, internal_dns: { reference_zone_id: shared.id } });
  assert.equal(settings.internal_dns.reference_zone_id, shared.id);
  const view = await client.dns.settings.account.views.create({ account_id, name: 'office', zones: [zone.id] });
  assert.deepEqual(view.zones, [zone.id]);
  const rule = await client.zeroTrust.gateway.rules.create({
    account_id,
    name: 'everyone',
    action: 'resolve',
    enabled: true,
    filters: ['dns_resolver'],
    rule_settings: { resolve_dns_internally: { view_id: view.id, fallback: 'none' } },
  });
  assert.equal(rule.rule_settings.resolve_dns_internally.view_id, view.id);
  assert.deepEqual(await addresses('www.corp.example'), ['192.0.2.1']);
  assert.equal(await addresses('www.public.example'), 'EREFUSED');
  const names = await client.zeroTrust.gateway.lists.create({ account_id, name: 'names', type: 'DOMAIN', items: [{ value: 'public.example' }] });
  await client.zeroTrust.gateway.rules.update(rule.id, {
    account_id,
    name: 'everyone',
    action: 'resolve',
    enabled: true,
    traffic: `any(dns.domains[*] in $${names.id}) or dns.fqdn == "www.corp.example"`,
    rule_settings: { resolve_dns_internally: { view_id: view.id, fallback: 'public_dns' } },
    schedule: { mon: '00:00-24:00', tue: '00:00-24:00', wed: '00:00-24:00', thu: '00:00-24:00', fri: '00:00-24:00', sat: '00:00-24:00', sun: '00:00-24:00', time_zone: 'UTC' },
  });
  assert.deepEqual(await addresses('www.public.example'), ['203.0.113.80']);
  await client.zeroTrust.gateway.rules.delete(rule.id, { account_id });
  await client.zeroTrust.gateway.lists.delete(names.id, { account_id });
  await client.dns.settings.account.views.delete(view.id, { account_id });
  assert.deepEqual(await client.zones.delete({ zone_id: zone.id }), { id: zone.id });
  await rejects(client.zones.get({ zone_id: zone.id }), 404, 1001);
});

test('records, pages and batches', async () => {
  const account_id = await account();
  const { id: zone_id } = await client.zones.create({ account: { id: account_id }, name: 'records.example', type: 'internal' });
  const posts = Array.from({ length: 45 }, (_, i) => ({ type: 'A', name: `host${i}`, content: '192.0.2.1', ttl: 60 }));
  const made = await client.dns.records.batch({ zone_id, posts });
  assert.equal(made.posts.length, 45);
  const seen = new Set();
  for await (const record of client.dns.records.list({ zone_id, per_page: 10 })) seen.add(record.id);
  assert.equal(seen.size, 45);
  const found = await client.dns.records.list({ zone_id, name: { exact: 'host7.records.example' } });
  assert.equal(found.result.length, 1);
  const edited = await client.dns.records.edit(found.result[0].id, { zone_id, type: 'A', name: 'host7', content: '192.0.2.7', ttl: 1 });
  assert.equal(edited.content, '192.0.2.7');
  await rejects(client.dns.records.create({ zone_id, type: 'A', name: 'host7', content: '192.0.2.7', ttl: 1 }), 400, 81058);
  const text = await client.dns.records.export({ zone_id });
  assert.match(text, /host7\.records\.example\.\t1\tIN\tA\t192\.0\.2\.7/);
  await client.dns.records.delete(edited.id, { zone_id });
  await rejects(client.dns.records.get(edited.id, { zone_id }), 404, 81044);
  const imported = await client.dns.records.import({ zone_id, file: 'new 60 IN A 192.0.2.8\n' });
  assert.equal(imported.recs_added, 1);
});

test('tokens', async () => {
  const verified = await client.user.tokens.verify();
  assert.equal(verified.status, 'active');
  const groups = await client.user.tokens.permissionGroups.list({ name: 'Zone Read' });
  const token = await client.user.tokens.create({
    name: 'reader',
    policies: [{ effect: 'allow', permission_groups: [{ id: groups.result[0].id }], resources: { 'com.cloudflare.api.account.zone.*': '*' } }],
  });
  const reader = new Cloudflare({ baseURL, apiToken: token.value, maxRetries: 0 });
  await rejects(reader.user.tokens.list(), 403, 10000);
  await client.user.tokens.delete(token.id);
  await rejects(reader.zones.list(), 401, 10000);
});

const cf = fileURLToPath(new URL('node_modules/cf/bin/cf', import.meta.url));

// run returns what the command line prints.
async function run(...args) {
  const env = { ...process.env, CLOUDFLARE_BASE_URL: baseURL, CLOUDFLARE_API_TOKEN: apiToken, CF_NO_PROMPT: '1', NO_COLOR: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, [cf, ...args], { env });
  return JSON.parse(stdout);
}

test('the command line', async () => {
  const account_id = await account();
  const { id } = await client.zones.create({ account: { id: account_id }, name: 'cf.example', type: 'internal' });
  const zones = await run('zones', 'list', '--name', 'cf.example');
  assert.deepEqual(zones.map((z) => z.id), [id]);
  const body = JSON.stringify({ type: 'A', name: 'www', content: '192.0.2.1', ttl: 1 });
  const record = await run('dns', 'records', 'create', '--zone', id, '--body', body);
  assert.equal(record.name, 'www.cf.example');
  const records = await run('dns', 'records', 'list', '--zone', id);
  assert.deepEqual(records.map((r) => r.id), [record.id]);
});
